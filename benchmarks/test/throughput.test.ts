import { describe, expect, it } from 'vitest';

import { nanoseconds, throughput } from '../src/measure/throughput.ts';

const PACE = { warmUpMs: 1, sampleMs: 2, samples: 3 };

describe('a rate', () => {
  it('by the clock counts a wait, by the processor it does not', async () => {
    const waiting = async (): Promise<void> => {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // holds the thread, and needs no processor
    };
    const byClock = await throughput(waiting, { ...PACE, clock: 'wall' });
    const byProcessor = await throughput(waiting, { ...PACE, clock: 'processor' });
    expect(byClock).toBeLessThanOrEqual(10_000 / 0.005);
    expect(byProcessor).toBeGreaterThan(byClock * 2);
  });

  it('as nanoseconds is its inverse', async () => {
    const spin = (count: number): Promise<void> => {
      for (const end = performance.now() + count / 10_000; performance.now() < end;);
      return Promise.resolve();
    };
    expect(await nanoseconds(spin, { ...PACE, clock: 'wall' })).toBeGreaterThanOrEqual(100);
  });
});
