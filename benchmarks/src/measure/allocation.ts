import { PerformanceObserver } from 'node:perf_hooks';
import type { Batch } from './throughput.ts';

const COUNT = 20_000;
const WARM_UP_ROUNDS = 10;
const ATTEMPTS = 5;

/**
 * Bytes allocated per message. For processes whose young generation is so large that nothing is collected meanwhile; see
 * {@link UNCOLLECTED}.
 */
export async function allocation(batch: Batch): Promise<number> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await batch(COUNT);
  return uncollected(async () => {
    const before = process.memoryUsage().heapUsed;
    await batch(COUNT);
    return (process.memoryUsage().heapUsed - before) / COUNT;
  });
}

/** What `measure` finds while nothing is collected; measures again where something was, and throws when that happens each time. */
export async function uncollected(measure: () => Promise<number>): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('allocation is measured with `--expose-gc`');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    collect();
    await nextTurn(); // the observer below shall not hear of this one
    let collections = 0;
    const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
    observer.observe({ entryTypes: ['gc'] });
    const bytes = await measure();
    await nextTurn();
    observer.disconnect();
    if (collections === 0) return bytes;
  }
  throw new Error(`memory was collected during each of ${ATTEMPTS} measurements; raise the semi-space`);
}

/** A whole turn of the loop: what was under way is settled, observers are told. */
export async function nextTurn(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** The options of Node under which nothing is collected, as long as little is measured. */
export const UNCOLLECTED: readonly string[] = [
  '--expose-gc',
  '--no-memory-reducer',
  '--max-semi-space-size=256',
  '--min-semi-space-size=256',
];
