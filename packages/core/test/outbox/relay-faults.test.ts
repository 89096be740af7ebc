import { StoreError } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import { RelayBench } from '../support/relay-bench.ts';

describe('a row that the transport refuses for good', () => {
  it('is held at once with the reason, and only its own key waits', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'bad' ? 'refused' : undefined);
    const process = await bench.running();
    await bench.add(['bad', 'k'], ['after', 'k'], ['other', 'x'], 'free');
    await bench.runtime.advance(60_000);
    expect(bench.broker.accepted).toEqual(['other', 'free']);
    expect(await bench.held()).toEqual([{ id: 'bad', reason: 'SEND_REJECTED: bad is bad', attempts: 1 }]);
    expect(process.logged.filter(({ event }) => event === 'outbox.row-held')).toMatchObject([{ messageId: 'bad', level: 'error' }]);
    expect(process.monitor.faults.length).toBe(1);
  });

  it('goes on when somebody has decided on it', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'bad' ? 'refused' : undefined);
    const process = await bench.running();
    await bench.add(['bad', 'k'], ['after', 'k']);
    await bench.runtime.advance(1_000);
    const [row] = await bench.store.outbox.held({ scope: 'shop', limit: 1 });
    await bench.store.outbox.decide('shop', row?.sequence ?? '', 'park');
    await bench.runtime.advance(5_000);
    expect(bench.broker.accepted).toEqual(['after']);
    await bench.store.outbox.decide('shop', row?.sequence ?? '', 'discard');
    await bench.runtime.advance(60_000);
    expect(process.monitor.faults).toEqual([]);
  });
});

describe('a row that the transport does not take this time', () => {
  it('is tried again after a growing delay, keeps its key back, and is held after ten failures', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'bad' ? 'rejected' : undefined);
    const process = await bench.running();
    await bench.add(['bad', 'k'], ['after', 'k'], ['other', 'x']);
    await bench.runtime.advance(30_000);
    const early = process.sent.filter((id) => id === 'bad').length;
    expect(early).toBeGreaterThanOrEqual(4);
    expect(early).toBeLessThanOrEqual(8);
    for (let minute = 0; minute < 30; minute += 1) {
      await bench.add(`other ${minute}`);
      await bench.runtime.advance(60_000);
    }
    expect(await bench.held()).toMatchObject([{ id: 'bad', attempts: 10 }]);
    expect(bench.broker.accepted).not.toContain('after');
    expect(bench.broker.accepted.length).toBe(31);
  });

  it('lets what follows in its key go once it is accepted, in order', async () => {
    const bench = await new RelayBench().open();
    let failures = 3;
    bench.broker.verdictOf = (id) => (id === 'm1' && (failures -= 1) >= 0 ? 'rejected' : undefined);
    await bench.running();
    await bench.add(['m1', 'k'], ['m2', 'k'], ['m3', 'k'], 'free');
    await bench.runtime.advance(60_000);
    expect(bench.broker.accepted).toEqual(['free', 'm1', 'm2', 'm3']);
  });

  it('does not count as a failure of those behind it', async () => {
    const bench = await new RelayBench().open();
    let failures = 3;
    bench.broker.verdictOf = (id) => {
      if (id === 'm1') return (failures -= 1) >= 0 ? 'rejected' : undefined;
      return id === 'm2' ? 'refused' : undefined;
    };
    await bench.running();
    await bench.add(['m1', 'k'], ['m2', 'k'], 'free');
    await bench.runtime.advance(60_000);
    expect(await bench.held()).toMatchObject([{ id: 'm2', attempts: 1 }]);
  });

  it('keeps back its key in the batch that was read ahead, too', async () => {
    const bench = await new RelayBench().open();
    let failures = 1;
    bench.broker.latencyMs = 50;
    bench.broker.verdictOf = (id) => (id === 'm1' && (failures -= 1) >= 0 ? 'rejected' : undefined);
    await bench.add(['m1', 'k'], 'a', ['m2', 'k'], 'b');
    await bench.running({ batchSize: 2 });
    await bench.runtime.advance(10_000);
    expect(bench.broker.accepted).toEqual(['a', 'b', 'm1', 'm2']);
  });
});

describe('a broker that is away', () => {
  it('costs few tries, marks no row, and all is sent in order when it is back', async () => {
    const bench = await new RelayBench().open();
    bench.broker.isConnected = false;
    const process = await bench.running();
    await bench.add(['m1', 'k'], ['m2', 'k'], 'm3');
    await bench.runtime.advance(3_600_000);
    expect(process.statements.filter((one) => one !== 'status' && one !== 'lease')).toEqual([]);
    expect(process.sent).toEqual([]);
    bench.broker.isConnected = true;
    process.relay.wake();
    await bench.runtime.settle();
    expect(bench.broker.accepted).toEqual(['m1', 'm2', 'm3']);
  });

  it('is known by a batch of which nothing is accepted: two of them mark nothing', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'unknown';
    const process = await bench.running();
    await bench.add(['m1', 'k'], 'm2');
    await bench.runtime.advance(500);
    expect(process.statements).not.toContain('markFailed');
    bench.broker.verdictOf = () => undefined;
    await bench.runtime.advance(1_000);
    expect(bench.broker.accepted).toEqual(['m1', 'm2']);
  });

  it('in the middle of a batch: what was accepted goes, and the rest has not failed', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => {
      if (id === 'm2') bench.broker.isConnected = false;
      return id === 'm1' ? undefined : 'rejected';
    };
    const process = await bench.running();
    await bench.add('m1', 'm2');
    await bench.runtime.advance(10_000);
    expect(await bench.left()).toBe(1);
    bench.broker.verdictOf = () => 'refused';
    bench.broker.isConnected = true;
    process.relay.wake();
    await bench.runtime.advance(10_000);
    expect(await bench.held()).toMatchObject([{ id: 'm2', attempts: 1 }]);
  });

  it('leaves the share to a process that has a connection', async () => {
    const bench = await new RelayBench().open();
    const cut = await bench.running();
    await bench.add('m1');
    await bench.runtime.settle();
    bench.broker.isConnected = false;
    await bench.runtime.advance(10_000);
    bench.broker.isConnected = true;
    cut.freeze(); // it does not see the connection again
    await bench.running();
    await bench.add(...Array.from({ length: 100 }, (_, index) => [`n${index}`, `k${index}`] as const));
    await bench.runtime.advance(1_000);
    expect(bench.broker.accepted.length).toBe(101);
  });

  it('that is connected and answers nothing is told of once, and is no busy loop', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'unknown';
    const process = await bench.running();
    await bench.add(...Array.from({ length: 100 }, (_, index) => `m${index}`));
    await bench.runtime.advance(60_000);
    expect(bench.broker.calls.length).toBeLessThan(25);
    expect(process.events('outbox.stalled')).toBe(1);
    expect(process.monitor.faults.map(({ reason }) => reason)).toMatchObject([expect.stringContaining('accepts nothing')]);
    bench.broker.verdictOf = () => undefined;
    await bench.runtime.advance(60_000);
    expect(new Set(bench.broker.accepted).size).toBe(100);
    expect(process.monitor.faults).toEqual([]);
  });

  it('that is connected and answers nothing for hours holds no row: all leave soon after it answers', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'unknown';
    const process = await bench.running();
    await bench.add(...Array.from({ length: 20 }, (_, index) => `m${index}`));
    for (let minute = 0; minute < 180; minute += 1) await bench.runtime.advance(60_000);
    expect(await bench.held()).toEqual([]);
    bench.broker.verdictOf = () => undefined;
    await bench.runtime.advance(360_000 + 1_000);
    expect(new Set(bench.broker.accepted).size).toBe(20);
    expect(process.monitor.faults).toEqual([]);
  });

  it('that was not asked for want of room does not count: nothing is marked, and keys keep their order', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'free' ? undefined : 'held-back');
    const process = await bench.running();
    await bench.add(['m1', 'k'], ['m2', 'k'], 'free', 'm3');
    for (let minute = 0; minute < 60; minute += 1) await bench.runtime.advance(60_000);
    expect(process.statements).not.toContain('markFailed');
    expect(bench.broker.accepted).toEqual(['free']);
    bench.broker.verdictOf = () => undefined;
    await bench.runtime.advance(10_000);
    expect(bench.broker.accepted.filter((id) => id !== 'm3')).toEqual(['free', 'm1', 'm2']);
    expect(await bench.left()).toBe(0);
  });

  it('that answers too late for many rows gets few at once: all of them leave, and are not sent again and again', async () => {
    const bench = await new RelayBench().open();
    const send = bench.broker.send.bind(bench.broker);
    bench.broker.send = (entries, runtime, signal) => {
      bench.broker.verdictOf = () => (entries.length > 8 ? 'lost' : undefined);
      return send(entries, runtime, signal);
    };
    await bench.add(...Array.from({ length: 200 }, (_, index) => `m${index}`));
    await bench.running();
    await bench.runtime.advance(60_000);
    expect(await bench.left()).toBe(0);
    expect(bench.broker.accepted.length).toBeLessThan(1_000);
  });

  it('that takes nothing for one endpoint lets the rows of the others through', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id.startsWith('full') ? 'rejected' : undefined);
    await bench.add(...Array.from({ length: 30 }, (_, index) => `full ${index}`), 'm1', 'm2');
    await bench.running({ batchSize: 10 });
    await bench.runtime.advance(30_000);
    expect(bench.broker.accepted).toEqual(['m1', 'm2']);
  });

  it('is not blamed for one row that makes the adapter throw: that row is found, and the others leave', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'strange' ? 'throws' : undefined);
    await bench.add('m1', 'strange', 'm2', 'm3');
    await bench.running();
    await bench.runtime.advance(30_000);
    expect(bench.broker.accepted.toSorted()).toEqual(['m1', 'm2', 'm3']);
    for (let minute = 0; minute < 60; minute += 1) {
      await bench.add(`other ${minute}`);
      await bench.runtime.advance(60_000);
    }
    expect(await bench.held()).toMatchObject([{ id: 'strange', attempts: 10 }]);
  });

  it('that answers too late is given up before the lease ends, and nothing is written down', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = (id) => (id === 'm1' ? 'silent' : undefined);
    const process = bench.process({ lease: '15s' });
    let leases = 0;
    process.fault.before = (operation) => {
      if (operation === 'lease' && (leases += 1) > 1) throw new StoreError('STORE_UNAVAILABLE', 'the database is away');
    };
    await bench.add('m1');
    process.relay.start();
    await bench.runtime.advance(13_499);
    expect(bench.broker.calls.length).toBe(1);
    expect(process.statements).not.toContain('markFailed');
    bench.broker.verdictOf = () => undefined;
    process.fault.before = () => undefined;
    await bench.runtime.advance(20_000);
    expect(bench.broker.accepted).toEqual(['m1']);
  });
});

describe('a broker that is slow', () => {
  it('costs no share: the lease is renewed while a batch is on its way', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 12_000;
    await bench.add('m1');
    const first = bench.process({ lease: '6s' });
    first.relay.start();
    await bench.runtime.advance(100);
    await bench.running({ lease: '6s' });
    await bench.runtime.advance(40_000);
    expect(bench.broker.accepted).toEqual(['m1']);
    expect(await bench.left()).toBe(0);
  });
});

describe('a store that fails', () => {
  it('is told of once for each kind of failure and when it works again, and nothing is lost', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running();
    process.fault.before = () => {
      throw new StoreError('STORE_UNAVAILABLE', 'the database is away');
    };
    await bench.add('m1');
    await bench.runtime.advance(120_000);
    expect(process.events('outbox.failed')).toBe(1);
    expect(process.statements.length).toBeLessThan(60);
    expect(process.monitor.faults).toMatchObject([{ reason: expect.stringContaining('the database is away') as string }]);
    process.fault.before = () => undefined;
    await bench.runtime.advance(6_000);
    expect(bench.broker.accepted).toEqual(['m1']);
    expect(process.events('outbox.recovered')).toBe(1);
    await bench.runtime.advance(6_000);
    expect(process.monitor.faults).toEqual([]);
  });

  it('after a batch was sent costs no second sending: it is written down when the store is back', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running();
    process.fault.before = (operation) => {
      if (operation !== 'lease') throw new StoreError('STORE_UNAVAILABLE', 'the database is away');
    };
    await bench.add('m1', ['m2', 'k']);
    await bench.runtime.advance(10_000);
    process.fault.before = () => undefined;
    await bench.runtime.advance(60_000);
    expect(bench.broker.accepted).toEqual(['m1', 'm2']);
    expect(await bench.left()).toBe(0);
  });

  it('that renews the lease after others have had the share: what was read before is forgotten', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 4_000;
    await bench.add(['m1', 'k'], ['m2', 'k'], ['m3', 'k']);
    const slow = bench.process({ lease: '6s', batchSize: 1 });
    slow.fault.before = (operation) => {
      if (operation !== 'lease' || bench.broker.calls.length === 0) return;
      slow.fault.before = () => undefined;
      return new Promise((resolve) => void bench.runtime.setTimer(5_500, resolve));
    };
    slow.relay.start();
    await bench.runtime.advance(6_400);
    bench.broker.latencyMs = 0;
    const other = await bench.running({ lease: '6s' });
    expect(bench.broker.accepted).toEqual(['m1', 'm1', 'm2', 'm3']);
    await other.relay.stop({ limitMs: 0, leaveMs: 100 });
    await bench.runtime.advance(60_000);
    expect(bench.broker.accepted.length).toBe(4);
  });

  it('that never answers is given up after a lease, in a new life', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process({ lease: '6s' });
    let isHung = true;
    process.fault.before = (operation) => (isHung && operation === 'lease' ? new Promise<void>(() => undefined) : undefined);
    await bench.add('m1');
    process.relay.start();
    await bench.runtime.advance(5_000);
    isHung = false;
    await bench.runtime.advance(2_000);
    expect(bench.broker.accepted).toEqual(['m1']);
    expect(process.relays.size).toBe(2);
    expect(process.statements.filter((one) => one === 'leave').length).toBe(1);
  });

  it('that throws what nobody expects ends no relay', async () => {
    const bench = await new RelayBench().open();
    const process = bench.process();
    let throws = 3;
    process.fault.after = () => {
      if ((throws -= 1) >= 0) throw new TypeError('undefined is not a function');
    };
    await bench.add('m1');
    process.relay.start();
    await bench.runtime.advance(10_000);
    expect(bench.broker.accepted).toEqual(['m1']);
  });
});

describe('a process that stands still or dies', () => {
  it('frozen while it sends: another relay has its rows after the lease, and it sends nothing old when it wakes', async () => {
    const bench = await new RelayBench().open();
    bench.broker.latencyMs = 10;
    await bench.add(...Array.from({ length: 40 }, (_, index) => [`m${index}`, 'k'] as const));
    const first = bench.process({ batchSize: 10 });
    first.relay.start();
    await bench.runtime.advance(15);
    first.freeze();
    await bench.runtime.advance(1_000);
    const sentByFirst = first.sent.length;
    const second = await bench.running({ batchSize: 100 });
    await bench.runtime.advance(20_000);
    expect(await bench.left()).toBe(0);
    first.thaw();
    await bench.runtime.advance(20_000);
    expect(first.sent.length).toBe(sentByFirst);
    expect(first.relays.size).toBe(2);
    const firstSends = bench.broker.accepted.filter((id, index, all) => all.indexOf(id) === index);
    expect(firstSends).toEqual(Array.from({ length: 40 }, (_, index) => `m${index}`));
    expect(second.sent.length).toBeLessThanOrEqual(40);
  });

  it('killed between sending and writing down: the rows are sent again within a lease, and none is lost', async () => {
    const bench = await new RelayBench().open();
    const first = bench.process();
    first.fault.before = (operation) => (operation === 'markSent' ? first.kill() : undefined);
    await bench.add('m1', 'm2');
    first.relay.start();
    await bench.runtime.advance(100);
    expect(bench.broker.accepted).toEqual(['m1', 'm2']);
    await bench.running();
    await bench.runtime.advance(21_000);
    expect(bench.broker.accepted).toEqual(['m1', 'm2', 'm1', 'm2']);
  });

  it('of which only the wall clock has moved on, as after a sleep of the machine, begins a new life', async () => {
    const bench = await new RelayBench().open();
    const process = await bench.running();
    await bench.add('m1');
    await bench.runtime.settle();
    expect(process.relays.size).toBe(1);
    process.freeze();
    await bench.runtime.advance(15_000);
    process.sleptMs = 15_000;
    process.thaw();
    await bench.runtime.advance(5_000);
    expect(process.relays.size).toBe(2);
  });
});

describe('the alarm of an outbox', () => {
  it('is told once when the oldest row waits for longer than `alarmAfter`, and ends by itself', async () => {
    const bench = await new RelayBench().open();
    bench.broker.isConnected = false;
    const process = await bench.running({ alarmAfter: '1m' });
    await bench.add('m1', 'm2');
    await bench.runtime.advance(59_000);
    expect(process.monitor.faults).toEqual([]);
    await bench.runtime.advance(120_000);
    expect(process.events('outbox.behind')).toBe(1);
    expect(process.monitor.faults.map(({ reason }) => reason)).toMatchObject([expect.stringContaining('2 rows wait')]);
    bench.broker.isConnected = true;
    await bench.runtime.advance(60_000);
    expect(process.monitor.faults).toEqual([]);
  });
});
