import type { StoreCase } from '../../store-case.ts';

/** Rows that somebody must decide on, and how full it is. */
export const OPERATOR_CASES: readonly StoreCase[] = [];
