const FIRST_MS = 200;
const FACTOR = 2;
const MOST_DOUBLINGS = 16;

/** The longest pause before what costs the broker something, such as everything declared again, or a line in its log; milliseconds. */
export const BACKOFF_CAP_MS = 30_000;
/** The same before an attempt to reach a broker that may be back at any moment. */
export const REACH_CAP_MS = 5_000;

/** How long to wait before the n-th attempt, from 1, in milliseconds: doubling up to the cap, each somewhere between the half and the whole. */
export function backoffMs(attempt: number, chance: number, capMs: number = BACKOFF_CAP_MS): number {
  const whole = Math.min(capMs, FIRST_MS * FACTOR ** Math.min(attempt - 1, MOST_DOUBLINGS));
  return whole / 2 + (whole / 2) * chance;
}
