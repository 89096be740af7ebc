import type { TransportCase } from '../../transport-case.ts';

/** A bus on the transport: retries, stop, drain. */
export const BUS_CASES: readonly TransportCase[] = [];
