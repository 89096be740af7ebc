import type { Pace } from '../../row.ts';
import { LargeOrder } from './queue-client.ts';
import type { MeasuredQueue } from './with-queue.ts';

/** The median and the 99th percentile of the milliseconds from a send to its handler, with nothing else under way. */
export async function latency(measured: MeasuredQueue, pace: Pace): Promise<readonly number[]> {
  await measured.client.consume();
  await oneByOne(measured, pace.warmUpMs);
  const figures = (await oneByOne(measured, pace.sampleMs * pace.samples)).toSorted((a, b) => a - b);
  return [0.5, 0.99].map((share) => figures[Math.floor(share * figures.length)] as number);
}

async function oneByOne(measured: MeasuredQueue, forMs: number): Promise<readonly number[]> {
  const figures: number[] = [];
  for (const end = performance.now() + forMs; performance.now() < end;) figures.push(await one(measured));
  return figures;
}

/** Resolves in a turn of its own, after the order was handled and its confirm has come. */
function one({ client, onOrder }: MeasuredQueue): Promise<number> {
  return new Promise((resolve, reject) => {
    let took: number | undefined;
    let isConfirmed = false;
    const ended = (): void => {
      if (took !== undefined && isConfirmed) setImmediate(resolve, took);
    };
    const begin = performance.now();
    onOrder(() => {
      took = performance.now() - begin;
      ended();
    });
    client.send(new LargeOrder(1), (error) => {
      if (error !== undefined && error !== null) reject(error as Error);
      isConfirmed = true;
      ended();
    });
  });
}
