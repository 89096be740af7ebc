import { neverExceedsThePrefetch } from './34-never-exceeds-the-prefetch.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Credit, concurrency, order, lanes. */
export const FLOW_CASES: readonly TransportCase[] = [neverExceedsThePrefetch];
