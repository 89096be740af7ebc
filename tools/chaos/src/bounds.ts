import type { Bounds } from './checks/processes.ts';
import { CONCURRENCY } from './children/contracts.ts';

/** After so long a send is unknown. */
export const SEND_TIMEOUT_MS = 5_000;

/** So much later than promised is still in time: a busy machine wakes late those who wait. */
const LATE_MS = 5_000;
const DRAIN_TIMEOUT_MS = 5_000;
const STOP_SLACK_MS = 4_000;

/** What each process of the load is held to. A send may first wait for an exchange to be declared, which has the same limit again. */
export const BOUNDS: Bounds = Object.freeze({
  concurrency: new Map(Object.entries(CONCURRENCY)),
  stopMs: DRAIN_TIMEOUT_MS + STOP_SLACK_MS + LATE_MS,
  sendMs: 2 * SEND_TIMEOUT_MS + LATE_MS,
});
