import { StoreError } from '@waybill/core';
import type { VirtualRuntime } from '@waybill/simulation';
import { describe, expect, it } from 'vitest';
import { RelayBench } from '../support/relay-bench.ts';

/** Resolves after so many milliseconds of virtual time. */
const after = (runtime: VirtualRuntime, ms: number): Promise<void> => new Promise((resolve) => void runtime.setTimer(ms, resolve));

const LIMITS = { limitMs: 3_000, leaveMs: 500 };

describe('a relay that stops while it looks', () => {
  it('looks again: what was committed after that look began leaves', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process();
    process.fault.after = (operation) => (operation === 'lease' ? after(bench.runtime, 20) : undefined);
    process.relay.start();
    await bench.runtime.advance(10);
    await bench.add('m1');
    const stopping = process.relay.stop(LIMITS);
    await bench.runtime.advance(200);
    await stopping;
    expect([bench.broker.accepted, await bench.left()]).toEqual([['m1'], 0]);
  });

  it('looks again where it had only asked how full the outbox is', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process();
    process.hints = false;
    process.relay.start();
    await bench.runtime.advance(60_000);
    const isAsked = new Promise<void>((resolve) => {
      process.fault.after = (operation) => {
        if (operation !== 'status') return;
        resolve();
        return after(bench.runtime, 20);
      };
    });
    let wasAsked = false;
    void isAsked.then(() => (wasAsked = true));
    while (!wasAsked) await bench.runtime.advance(5);
    await bench.add('m1');
    const stopping = process.relay.stop(LIMITS);
    await bench.runtime.advance(200);
    await stopping;
    expect([bench.broker.accepted, await bench.left()]).toEqual([['m1'], 0]);
  });

  it('looks again where it is told of rows in its last look', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running();
    process.fault.after = (operation) => (operation === 'lease' ? after(bench.runtime, 20) : undefined);
    const stopping = process.relay.stop(LIMITS);
    await bench.runtime.advance(10);
    await bench.add('m1');
    process.relay.wake();
    await bench.runtime.advance(200);
    await stopping;
    expect([bench.broker.accepted, await bench.left()]).toEqual([['m1'], 0]);
  });

  it('ends soon where there is nothing, with a broker and without', async () => {
    for (const isConnected of [true, false]) {
      const bench = await new RelayBench().open();
      bench.broker.isConnected = isConnected;
      const process = await bench.running();
      await bench.runtime.advance(10_000);
      process.statements.length = 0;
      const stopping = process.relay.stop(LIMITS);
      await bench.runtime.settle();
      await stopping;
      expect(process.statements.length).toBeLessThanOrEqual(3);
    }
  });

  it('ends at once where the store fails, though that look began before', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process();
    process.fault.before = async (operation) => {
      if (operation !== 'lease') return;
      await after(bench.runtime, 20);
      throw new StoreError('STORE_UNAVAILABLE', 'the database is away');
    };
    process.relay.start();
    await bench.runtime.advance(10);
    const stopping = process.relay.stop(LIMITS);
    await bench.runtime.advance(15);
    await stopping;
    expect(process.statements.filter((one) => one === 'lease').length).toBe(1);
  });
});
