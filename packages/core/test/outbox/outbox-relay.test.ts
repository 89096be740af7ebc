import { StoreError } from '@waybill/core';
import type { VirtualRuntime } from '@waybill/simulation';
import { describe, expect, it } from 'vitest';
import { RelayBench, entryOf } from '../support/relay-bench.ts';
import { gate } from '../support/waiting.ts';

/** Resolves after so many milliseconds of virtual time. */
const after = (runtime: VirtualRuntime, ms: number): Promise<void> => new Promise((resolve) => void runtime.setTimer(ms, resolve));
const ids = (from: number, to: number): readonly string[] => Array.from({ length: to - from + 1 }, (_, index) => `m${from + index}`);

describe('the outbox relay', () => {
  it('sends what is committed at once, in the order of storing, and removes it', async () => {
    const bench = await new RelayBench().open();
    await bench.running();
    await bench.add('m1', ['m2', 'k'], 'm3');
    await bench.runtime.settle();
    expect(bench.broker.accepted).toEqual(['m1', 'm2', 'm3']);
    expect(await bench.left()).toBe(0);
  });

  it('sends what was committed before it started', async () => {
    const bench = await new RelayBench().open();
    await bench.add('m1');
    await bench.running();
    expect(bench.broker.accepted).toEqual(['m1']);
  });

  it('finds what nobody has told it of, within `pollMax`', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process({ pollMax: '3s' });
    process.hints = false;
    process.relay.start();
    await bench.runtime.advance(60_000);
    await bench.add('m1');
    await bench.runtime.advance(2_999);
    await bench.runtime.advance(1);
    expect(bench.broker.accepted).toEqual(['m1']);
  });

  it('is told of many commits while it sends, and looks once more', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 100;
    const process = await bench.running();
    await bench.add('m1');
    await bench.runtime.settle();
    for (const id of ids(2, 30)) await bench.add(id);
    process.statements.length = 0;
    await bench.runtime.advance(210);
    expect(bench.broker.calls).toEqual([['m1'], ids(2, 30)]);
    expect(process.statements.filter((one) => one === 'lease').length).toBeLessThanOrEqual(2);
  });

  it('asks at most one thing in five seconds while there is nothing to do', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running();
    await bench.runtime.advance(60_000);
    process.statements.length = 0;
    await bench.runtime.advance(600_000);
    expect(process.statements.length).toBeLessThanOrEqual(120);
    expect(new Set(process.statements)).toEqual(new Set(['lease', 'status']));
  });

  it('keeps its share though it looks for an early alarm again and again', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running({ lease: '3s', alarmAfter: '1s' });
    await bench.runtime.advance(60_000);
    expect(process.relays.size).toBe(1);
    expect(process.statements.filter((one) => one === 'lease').length).toBeGreaterThan(20);
  });

  it('uses two statements for a full batch, and reads the next one while it sends', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 10;
    await bench.add(...ids(1, 1_000));
    const process = bench.process({ batchSize: 100 });
    process.relay.start();
    await bench.runtime.advance(100);
    expect(bench.broker.accepted).toEqual(ids(1, 1_000));
    expect(process.statements.filter((one) => one === 'markSent').length).toBeLessThanOrEqual(11);
    expect(process.statements.filter((one) => one === 'lease').length).toBeLessThanOrEqual(12);
    expect(await bench.left()).toBe(0);
  });

  it('goes on at once where the store has given fewer rows than it has', async () => {
    const bench = await new RelayBench().open();
    const { outbox } = bench.store;
    const lease = outbox.lease.bind(outbox);
    outbox.lease = async (options) => {
      const given = await lease({ ...options, limit: Math.min(3, options.limit) });
      return given.rows.length === 3 ? { ...given, nextDueMs: 0 } : given;
    };
    await bench.add(...ids(1, 10));
    await bench.running();
    expect(bench.broker.accepted).toEqual(ids(1, 10));
  });

  it('writes a batch down while it reads the next one, which it is not in', async () => {
    const bench = await new RelayBench().open();
    await bench.add(...ids(1, 1_000));
    const process = bench.process({ batchSize: 100 });
    process.fault.before = (operation) => after(bench.runtime, operation === 'markSent' ? 10 : 5);
    process.relay.start();
    await bench.runtime.advance(130);
    expect(bench.broker.accepted).toEqual(ids(1, 1_000));
  });

  it('writes down what has failed before it reads on, for that keeps its key back', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'k1' ? 'rejected' : undefined);
    await bench.add(['k1', 'k'], 'm1', 'm2', 'm3', ['k2', 'k'], 'm4');
    const process = bench.process({ batchSize: 2 });
    process.fault.before = (operation) => (operation === 'markFailed' ? after(bench.runtime, 10) : undefined);
    process.relay.start();
    await bench.runtime.advance(100);
    expect(bench.broker.calls).toEqual([['k1', 'm1'], ['m2', 'm3'], ['m4']]);
  });

  it('lets all of a batch leave before its first part is answered, and the next batch behind it, never more than a batch at once', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 100;
    await bench.add(...ids(1, 24));
    const process = bench.process({ batchSize: 8 });
    process.relay.start();
    await bench.runtime.advance(50);
    expect(bench.broker.calls.map(({ length }) => length)).toEqual([3, 3, 2]);
    await bench.runtime.advance(100);
    expect(bench.broker.calls.map(({ length }) => length)).toEqual([3, 3, 2, 3, 3, 2]);
    await bench.runtime.advance(150);
    expect([bench.broker.calls.flat(), await bench.left()]).toEqual([ids(1, 24), 0]);
  });

  it('keeps a row back while an earlier one of its key is under way, and lets it leave next', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyOf = () => (bench.broker.calls.length === 1 ? 100 : 10);
    await bench.add(['k1', 'k'], 'm1', 'm2', 'm3', ['k2', 'k'], 'm4', ['k3', 'k'], 'm5');
    const process = bench.process({ batchSize: 8 });
    process.relay.start();
    await bench.runtime.advance(50);
    expect(bench.broker.accepted).toEqual(['m3', 'm4', 'm5']);
    await bench.runtime.advance(100);
    expect(bench.broker.accepted).toEqual(['m3', 'm4', 'm5', 'k1', 'm1', 'm2', 'k2', 'k3']);
  });

  it('writes down what was accepted though what is beside it has no answer', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyOf = () => [10, 20][bench.broker.calls.length - 1] ?? 5_000;
    await bench.add(...ids(1, 20));
    const process = bench.process({ batchSize: 8 });
    process.relay.start();
    await bench.runtime.advance(100);
    expect(bench.broker.calls).toHaveLength(5);
    expect(await bench.left()).toBe(14);
  });

  it('takes all parts of a batch without an answer for one failure, and tries less at once then', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'unknown';
    await bench.add(...ids(1, 8));
    const process = bench.process({ batchSize: 8 });
    process.relay.start();
    await bench.runtime.advance(10);
    expect(bench.broker.calls).toEqual([ids(1, 3), ids(4, 6), ids(7, 8)]);
    bench.broker.verdictOf = () => undefined;
    await bench.runtime.advance(180);
    expect(bench.broker.calls).toHaveLength(3);
    await bench.runtime.advance(100);
    expect(bench.broker.calls.slice(3)).toEqual([ids(1, 2), ids(3, 4), ids(5, 7), ids(8, 8)]);
    expect(await bench.left()).toBe(0);
  });

  it('keeps its share for what is beside a flight of which nothing was accepted', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (['m1', 'm2'].includes(id) ? 'rejected' : undefined);
    bench.broker.latencyOf = () => (bench.broker.calls.at(-1)?.includes('m3') === true ? 20_000 : 0);
    await bench.add(...ids(1, 4));
    await bench.running({ batchSize: 4 });
    await bench.running({ batchSize: 4 });
    await bench.runtime.advance(60_000);
    expect(bench.broker.accepted.filter((id) => id === 'm3')).toEqual(['m3']);
  });

  it('writes down what was accepted while it waits for what is beside a flight of which nothing was', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (['m3', 'm4', 'm5', 'm6'].includes(id) ? 'rejected' : undefined);
    bench.broker.latencyOf = () => (bench.broker.calls.length === 4 ? 10_000 : 10 * bench.broker.calls.length);
    await bench.add(...ids(1, 8));
    await bench.running({ batchSize: 4 });
    await bench.runtime.advance(500);
    expect([bench.broker.calls.length, await bench.left()]).toEqual([4, 6]);
  });

  it('takes what is not accepted beside something that is for the fault of its rows, and tries these again as late as any', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'm3' ? 'unknown' : undefined);
    bench.broker.latencyMs = 10;
    await bench.add(...ids(1, 3));
    await bench.running({ batchSize: 4 });
    await bench.runtime.advance(900);
    expect(bench.broker.calls).toEqual([['m1', 'm2'], ['m3']]);
  });

  it('lets nothing more leave when the connection is lost between two parts', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyOf = () => 10 * bench.broker.calls.length;
    bench.broker.verdictOf = (id) => (['m1', 'm2'].includes(id) ? undefined : 'unknown');
    await bench.add(...ids(1, 12));
    await bench.running({ batchSize: 4 });
    await bench.runtime.advance(15);
    bench.broker.isConnected = false;
    await bench.runtime.advance(10_000);
    expect(bench.broker.calls).toEqual([ids(1, 2), ids(3, 4), ids(5, 6)]);
  });

  it('lets nothing leave after a stop that came while its lease was renewed', async () => {
    const bench = await new RelayBench().open();
    await bench.add('m1');
    const process = bench.process();
    const renewal = gate<void>();
    const leases = [after(bench.runtime, 11_000), renewal.promise];
    process.fault.after = (operation) => (operation === 'lease' ? leases.shift() : undefined);
    process.relay.start();
    await bench.runtime.advance(11_000);
    expect(leases).toEqual([]);
    const stopping = process.relay.stop({ limitMs: 0, leaveMs: 1_000 });
    renewal.resolve();
    await bench.runtime.advance(1_000);
    await stopping;
    expect(bench.broker.calls).toEqual([]);
  });

  it('does not ask a store that fails again and again while something is under way', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 1_000;
    const { outbox } = bench.store;
    const lease = outbox.lease.bind(outbox);
    outbox.lease = async (options) => ({ ...(await lease(options)), nextDueMs: 0 });
    await bench.add(...ids(1, 20));
    const process = bench.process({ batchSize: 8 });
    process.relay.start();
    await bench.runtime.settle();
    bench.broker.latencyMs = 3_000;
    let asked = 0;
    process.fault.before = (operation) => {
      if (operation !== 'lease') return;
      asked += 1;
      if (asked < 100) throw new StoreError('STORE_UNAVAILABLE', 'the connection broke');
    };
    await bench.runtime.advance(2_000);
    expect(asked).toBe(1);
  });

  it('reads no more bytes at once than `maxBatchBytes`, and a larger row alone', async () => {
    const bench = await new RelayBench().open();
    const sizes = [400, 400, 400, 5_000, 400, 400];
    await bench.addEntries(...sizes.map((bytes, index) => ({ entry: entryOf(`m${index + 1}`, undefined, bytes) })));
    await bench.running({ maxBatchBytes: 1_000 });
    await bench.runtime.advance(100);
    expect(bench.broker.calls).toEqual([['m1', 'm2'], ['m3'], ['m4'], ['m5', 'm6']]);
  });

  it('sends a delayed row when it is due, not before, and wakes by itself for it', async () => {
    const bench = await new RelayBench().open();
    await bench.running();
    await bench.addEntries({ entry: entryOf('later'), dueAt: bench.runtime.now() + 90_000 });
    await bench.runtime.advance(89_999);
    expect(bench.broker.accepted).toEqual([]);
    await bench.runtime.advance(1);
    expect(bench.broker.accepted).toEqual(['later']);
  });

  it('shares the work with another relay, and neither sends what the other has', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 20;
    const first = await bench.running({ batchSize: 20 });
    const second = await bench.running({ batchSize: 20 });
    for (let round = 0; round < 200; round += 1) {
      await bench.add(...Array.from({ length: 20 }, (_, index) => [`m${round}.${index}`, `k${index}`] as const));
      await bench.runtime.advance(50);
    }
    await bench.runtime.advance(20_000);
    expect(bench.broker.accepted.length).toBe(4_000);
    expect(new Set(bench.broker.accepted).size).toBe(4_000);
    expect(Math.min(first.sent.length, second.sent.length)).toBeGreaterThan(1_000);
  });

  it('gives a part of its share to a relay that comes while it never rests', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 50;
    await bench.add(...Array.from({ length: 5_000 }, (_, index) => [`m${index}`, `k${index}`] as const));
    const first = await bench.running({ batchSize: 10 });
    await bench.runtime.advance(1_000);
    const second = await bench.running({ batchSize: 10 });
    await bench.runtime.advance(12_000);
    expect(second.sent.length).toBeGreaterThan(100);
    expect(first.sent.length).toBeGreaterThan(100);
    expect(new Set(bench.broker.accepted).size).toBe(bench.broker.accepted.length);
  });

  it('says nothing above info while all is well', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running();
    await bench.add(...ids(1, 50));
    await bench.runtime.advance(60_000);
    expect(process.logged.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    expect(process.monitor.faults).toEqual([]);
  });
});

describe('a relay that stops', () => {
  it('sends what stands in the outbox first, and leaves no timer behind', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 100;
    await bench.add(...ids(1, 100));
    const process = bench.process({ batchSize: 10 });
    process.relay.start();
    const stopping = process.relay.stop({ limitMs: 3_000, leaveMs: 500 });
    await bench.runtime.advance(3_000);
    await stopping;
    expect(bench.broker.accepted).toEqual(ids(1, 100));
    expect(await bench.left()).toBe(0);
    expect(bench.runtime.openTimers).toBe(0);
  });

  it('leaves the rest when its time is over: written down is what was accepted, and another relay goes on at once', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 100;
    await bench.add(...ids(1, 100));
    const first = bench.process({ batchSize: 10 });
    first.relay.start();
    const stopping = first.relay.stop({ limitMs: 350, leaveMs: 500 });
    await bench.runtime.advance(1_000);
    await stopping;
    const sentByFirst = bench.broker.accepted.length;
    expect(sentByFirst).toBeGreaterThanOrEqual(30);
    expect(sentByFirst).toBeLessThan(60);
    await bench.running({ batchSize: 100 });
    await bench.runtime.advance(200);
    expect(bench.broker.accepted).toEqual(ids(1, 100));
  });

  it('gives up what the broker does not answer when its time is over', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'silent';
    await bench.add('m1');
    const process = await bench.running();
    let isStopped = false;
    void process.relay.stop({ limitMs: 100, leaveMs: 5_000 }).then(() => (isStopped = true));
    await bench.runtime.advance(101);
    expect(isStopped).toBe(true);
    bench.broker.verdictOf = () => undefined;
    await bench.running();
    expect(bench.broker.accepted).toEqual(['m1']);
  });

  it('resolves in its time though broker and store answer nothing', async () => {
    const bench = await new RelayBench().open();
    await bench.add('m1');
    const process = bench.process();
    process.fault.before = (operation) => (operation === 'lease' ? undefined : new Promise<void>(() => undefined));
    bench.broker.verdictOf = () => 'silent';
    process.relay.start();
    await bench.runtime.advance(1_000);
    let isStopped = false;
    void process.relay.stop({ limitMs: 2_000, leaveMs: 500 }).then(() => (isStopped = true));
    await bench.runtime.advance(2_500);
    expect(isStopped).toBe(true);
    expect(bench.runtime.openTimers).toBe(0);
  });

  it('leaves no timer behind when the store has not even said how full it is', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process();
    process.fault.before = () => new Promise<void>(() => undefined);
    process.relay.start();
    await bench.runtime.settle();
    const stopping = process.relay.stop({ limitMs: 100, leaveMs: 100 });
    await bench.runtime.advance(200);
    await stopping;
    await bench.runtime.settle();
    expect(bench.runtime.openTimers).toBe(0);
  });
});
