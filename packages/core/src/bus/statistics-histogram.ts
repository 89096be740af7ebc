import type { DurationStatistics } from './statistics.ts';

/** Each bucket is wider than the one before by this factor: a percentile is at most 19 % above the true one. */
const GROWTH = 2 ** 0.25;
const FIRST_BOUND_MS = 0.01;
/** Up to about three hours; what takes longer is in the last. */
const BUCKETS = 120;
const LOG_GROWTH = Math.log(GROWTH);

/** Durations, as few numbers. */
export class DurationHistogram {
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;
  readonly #buckets: number[] = Array.from({ length: BUCKETS }, () => 0);

  add(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#count += 1;
    this.#sumMs += durationMs;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  snapshot(): DurationStatistics {
    return Object.freeze({
      count: this.#count,
      sumMs: this.#sumMs,
      maxMs: this.#maxMs,
      p50Ms: this.#percentile(0.5),
      p95Ms: this.#percentile(0.95),
      p99Ms: this.#percentile(0.99),
    });
  }

  /** The upper bound of the bucket that holds it; 0 where nothing was added. */
  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < BUCKETS - 1; bucket += 1) {
      left -= this.#buckets[bucket] as number;
      if (left <= 0) return Math.min(this.#maxMs, FIRST_BOUND_MS * GROWTH ** bucket);
    }
    return this.#maxMs;
  }
}

function bucketOf(durationMs: number): number {
  if (durationMs <= FIRST_BOUND_MS) return 0;
  // Rounding may put a value that stands on a bound one bucket too high or too low: half a bucket is no matter here.
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(durationMs / FIRST_BOUND_MS) / LOG_GROWTH - 1e-9));
}
