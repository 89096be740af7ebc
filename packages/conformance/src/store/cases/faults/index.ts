import type { StoreCase } from '../../store-case.ts';

/** The database fails. */
export const FAULTS_CASES: readonly StoreCase[] = [];
