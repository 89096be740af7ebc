import type { Bounds } from './checks/processes.ts';

/** After so long a send is unknown. */
export const SEND_TIMEOUT_MS = 5_000;

/** So much later than promised is still in time: a busy machine wakes late those who wait. */
const LATE_MS = 5_000;
const DRAIN_TIMEOUT_MS = 5_000;
const STOP_SLACK_MS = 4_000;

/** What each process of a load is held to. A send may first wait for an exchange to be declared, which has the same limit again. */
export function boundsOf({ concurrency, sendMs = 2 * SEND_TIMEOUT_MS }: BoundedLoad): Bounds {
  return {
    concurrency: new Map(Object.entries(concurrency)),
    stopMs: DRAIN_TIMEOUT_MS + STOP_SLACK_MS + LATE_MS,
    sendMs: sendMs + LATE_MS,
  };
}

/** What of a load bounds its processes. */
interface BoundedLoad {
  readonly concurrency: Readonly<Record<string, number>>;
  /** How long a send, or the transaction that it is in, may take. */
  readonly sendMs?: number | undefined;
}
