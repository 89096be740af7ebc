import type { TransportCase } from '../../transport-case.ts';

/** Delay, expiry, priority. */
export const DELAY_CASES: readonly TransportCase[] = [];
