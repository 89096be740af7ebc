import type { TransportCase } from '../../transport-case.ts';

/** What a transport declares at its broker. */
export const TOPOLOGY_CASES: readonly TransportCase[] = [];
