import type { TransportCase } from '../../transport-case.ts';

/** What only holds where endpoints read a log, and its counterpart. */
export const LOG_CASES: readonly TransportCase[] = [];
