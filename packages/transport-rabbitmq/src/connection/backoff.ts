const FIRST_MS = 200;
const FACTOR = 2;
const CAP_MS = 30_000;
const MOST_DOUBLINGS = 16;

/** How long to wait before the n-th attempt, from 1, in milliseconds: doubling up to 30 s, each somewhere between the half and the whole. */
export function backoffMs(attempt: number, chance: number): number {
  const whole = Math.min(CAP_MS, FIRST_MS * FACTOR ** Math.min(attempt - 1, MOST_DOUBLINGS));
  return whole / 2 + (whole / 2) * chance;
}
