import { median } from '../median.ts';
import type { Pace } from '../row.ts';
import { clockOf } from './clock.ts';

/** Handles so many messages. */
export type Batch = (count: number) => Promise<void>;

/** Messages between two looks at the clock, unless told otherwise. */
const COUNT = 10_000;

/** Runs the batch until the code is warm, then for several samples; the median, in messages a second. */
export async function throughput(batch: Batch, pace: Pace, count: number = COUNT): Promise<number> {
  const now = clockOf(pace);
  const measured = { batch, count, now };
  await sample(measured, pace.warmUpMs);
  const rates: number[] = [];
  for (let index = 0; index < pace.samples; index += 1) rates.push(await sample(measured, pace.sampleMs));
  return median(rates);
}

/** The same as nanoseconds a message. */
export async function nanoseconds(batch: Batch, pace: Pace): Promise<number> {
  return 1e9 / (await throughput(batch, pace));
}

interface Measured {
  readonly batch: Batch;
  readonly count: number;
  readonly now: () => number;
}

async function sample({ batch, count, now }: Measured, forMs: number): Promise<number> {
  const begin = now();
  let done = 0;
  while (now() - begin < forMs) {
    await batch(count);
    done += count;
  }
  return (done * 1_000) / (now() - begin);
}
