import type { TransportCase } from '../../transport-case.ts';

/** What survives when something breaks. */
export const FAULTS_CASES: readonly TransportCase[] = [];
