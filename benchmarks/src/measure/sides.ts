import { median } from '../median.ts';
import type { Pace } from '../row.ts';
import { nextTurn, uncollected } from './allocation.ts';
import { clockOf } from './clock.ts';
import { startedBus } from './memory-bus.ts';

export type Side = 'send' | 'receive';

/** Fewer than the memory transport lets wait before its sends wait. */
const COUNT = 1_000;
const WARM_UP_CHUNKS = 200;
const CHUNKS = 20;

/** What one side of the memory transport does, apart from the other: messages are sent while their endpoint is paused, then it is resumed. */
async function sides(): Promise<(measure: () => number, side: Side) => Promise<number>> {
  const { bus, send, handled } = await startedBus({});
  const control = bus.endpoint('bench');
  return async (measure, side) => {
    await control.pause();
    const all = handled(COUNT);
    const begin = measure();
    await send(COUNT);
    const sent = measure() - begin;
    await nextTurn();
    const resumed = measure();
    await control.resume();
    await all;
    await nextTurn(); // the last ones are settled after they are handled
    const received = measure() - resumed;
    return (side === 'send' ? sent : received) / COUNT;
  };
}

/** Bytes allocated per message on one side. */
export async function allocationOf(side: Side): Promise<number> {
  const chunk = await sides();
  for (let index = 0; index < WARM_UP_CHUNKS; index += 1) await chunk(heapUsed, side);
  return uncollected(async () => {
    const figures: number[] = [];
    for (let index = 0; index < CHUNKS; index += 1) figures.push(await chunk(heapUsed, side));
    return median(figures);
  });
}

/** Nanoseconds per message on one side. */
export async function nanosecondsOf(side: Side, pace: Pace): Promise<number> {
  const chunk = await sides();
  const clock = clockOf(pace);
  const now = (): number => clock() * 1e6;
  const run = async (forMs: number): Promise<readonly number[]> => {
    const figures: number[] = [];
    for (const end = performance.now() + forMs; performance.now() < end;) figures.push(await chunk(now, side));
    return figures;
  };
  await run(pace.warmUpMs);
  return median(await run(pace.sampleMs * pace.samples));
}

const heapUsed = (): number => process.memoryUsage().heapUsed;
