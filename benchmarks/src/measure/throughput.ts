import { median } from '../median.ts';
import type { Pace } from '../row.ts';
import { clockOf } from './clock.ts';

/** Handles so many messages. */
export type Batch = (count: number) => Promise<void>;

/** Messages between two looks at the clock. */
const COUNT = 10_000;

/** Runs the batch until the code is warm, then for several samples; the median, in messages a second. */
export async function throughput(batch: Batch, pace: Pace): Promise<number> {
  const now = clockOf(pace);
  await sample(batch, now, pace.warmUpMs);
  const rates: number[] = [];
  for (let index = 0; index < pace.samples; index += 1) rates.push(await sample(batch, now, pace.sampleMs));
  return median(rates);
}

/** The same as nanoseconds a message. */
export async function nanoseconds(batch: Batch, pace: Pace): Promise<number> {
  return 1e9 / (await throughput(batch, pace));
}

async function sample(batch: Batch, now: () => number, forMs: number): Promise<number> {
  const begin = now();
  let done = 0;
  while (now() - begin < forMs) {
    await batch(COUNT);
    done += COUNT;
  }
  return (done * 1_000) / (now() - begin);
}
