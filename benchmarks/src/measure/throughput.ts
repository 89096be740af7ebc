import { median } from '../median.ts';
import type { Pace } from '../row.ts';

/** Handles so many messages. */
export type Batch = (count: number) => Promise<void>;

/** Runs `batch(count)` until the code is warm, then for several samples; the median, in messages a second. */
export async function throughput(batch: Batch, { warmUpMs, sampleMs, samples }: Pace, count = 10_000): Promise<number> {
  await sample(batch, count, warmUpMs);
  const rates: number[] = [];
  for (let index = 0; index < samples; index += 1) rates.push(await sample(batch, count, sampleMs));
  return median(rates);
}

/** The same as nanoseconds a message. */
export async function nanoseconds(batch: Batch, pace: Pace, count?: number): Promise<number> {
  return 1e9 / (await throughput(batch, pace, count));
}

async function sample(batch: Batch, count: number, forMs: number): Promise<number> {
  const begin = performance.now();
  let done = 0;
  while (performance.now() - begin < forMs) {
    await batch(count);
    done += count;
  }
  return (done * 1_000) / (performance.now() - begin);
}
