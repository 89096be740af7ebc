import { median } from '../../median.ts';
import type { Pace } from '../../row.ts';
import { nextTurn } from '../allocation.ts';
import { clockOf } from '../clock.ts';
import { sendMany } from './queue-client.ts';
import type { MeasuredQueue } from './with-queue.ts';

/** Messages of one sample. */
const COUNT = 3_000;

/** Does something with so many messages; only what it gives to `timed` counts. */
type Chunk = (timed: (work: () => Promise<void>) => Promise<void>) => Promise<void>;

/** Messages a second that the broker confirms, into an empty queue that nobody reads. */
export function publishRate({ client, purge }: MeasuredQueue, pace: Pace): Promise<number> {
  return rate(async (timed) => {
    await purge();
    await timed(() => sendMany(client, COUNT));
  }, pace);
}

/** Messages a second that come out of a queue that was filled before. */
export function consumeRate({ client, arrived }: MeasuredQueue, pace: Pace): Promise<number> {
  return rate(async (timed) => {
    await sendMany(client, COUNT);
    const all = arrived(COUNT);
    await timed(async () => {
      await client.consume();
      await all;
      await nextTurn(); // the last ones are settled after they are handled
    });
    await client.pause();
  }, pace);
}

/** Messages a second that are sent and received at the same time. */
export async function endToEndRate({ client, arrived }: MeasuredQueue, pace: Pace): Promise<number> {
  await client.consume();
  return rate(
    (timed) =>
      timed(async () => {
        const all = arrived(COUNT);
        await sendMany(client, COUNT);
        await all;
      }),
    pace,
  );
}

async function rate(chunk: Chunk, pace: Pace): Promise<number> {
  const now = clockOf(pace);
  const rates: number[] = [];
  const timed = async (work: () => Promise<void>): Promise<void> => {
    const begin = now();
    await work();
    rates.push((COUNT * 1_000) / (now() - begin));
  };
  for (const end = performance.now() + pace.warmUpMs; performance.now() < end;) await chunk(timed);
  rates.length = 0;
  for (let sample = 0; sample < pace.samples; sample += 1) await chunk(timed);
  return median(rates);
}
