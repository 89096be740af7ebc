import { describe, expect, it } from 'vitest';
import type { Command, ConsumeContext, Event } from '@waybill/core';
import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';
import { StoreError } from '@waybill/core/persistence';
import { HEADERS } from '@waybill/core/transport';
import type { MemoryTransaction } from '@waybill/storage-memory';
import { unitBench } from './support/unit-bench.ts';
import { gate, outcomeOf, overlay } from './support/waiting.ts';

interface Order {
  readonly orderId: string;
}
const Place: Command<Order> = defineCommand('orders.place');
const Placed: Event<Order> = defineEvent('orders.placed');

type Store = IStore<MemoryTransaction>;
type Trouble = 'away' | 'breaks' | 'commits, no answer' | 'rolls back, no answer' | 'conflict' | 'well';

/** A store that has trouble, once for each in the list; then it is well. */
function troubled(troubles: Trouble[]): (store: Store) => Store {
  const fail = (code: 'STORE_UNAVAILABLE' | 'TRANSACTION_OUTCOME_UNKNOWN' | 'TRANSACTION_CONFLICT'): never => {
    throw new StoreError(code, 'on purpose');
  };
  return (store) =>
    overlay(store, {
      transact: async (work, options) => {
        const trouble = troubles.shift() ?? 'well';
        if (trouble === 'away') return fail('STORE_UNAVAILABLE');
        const result = await store.transact(async (tx) => {
          const done = await work(tx);
          if (trouble === 'breaks') fail('STORE_UNAVAILABLE');
          if (trouble === 'rolls back, no answer') fail('TRANSACTION_OUTCOME_UNKNOWN');
          if (trouble === 'conflict') fail('TRANSACTION_CONFLICT');
          return done;
        }, options);
        return trouble === 'commits, no answer' ? fail('TRANSACTION_OUTCOME_UNKNOWN') : result;
      },
    });
}

const away = (): Promise<never> => Promise.reject(new StoreError('STORE_UNAVAILABLE', 'on purpose'));
const times = (count: number, trouble: Trouble): Trouble[] => Array.from({ length: count }, () => trouble);

/** A handler that writes and publishes, and the attempts that it saw. */
function placing(attempts: number[]) {
  return handler(Place, async (order, context) => {
    attempts.push(context.attempt);
    const table = ((context as ConsumeContext).transaction as MemoryTransaction).table<number>('orders');
    await table.set(order.orderId, ((await table.get(order.orderId)) ?? 0) + 1);
    await context.publish(Placed, order);
  });
}

describe('what the store fails with is no failure of the message:', () => {
  it.each([
    ['it is away', times(20, 'away'), 1],
    ['it breaks before COMMIT', times(20, 'breaks'), 21],
    ['COMMIT has no answer, and was done', times(1, 'commits, no answer'), 1],
    ['COMMIT has no answer, and was not done', times(20, 'rolls back, no answer'), 21],
  ])('%s: the unit is run again, with growing waits and without counting, until it is committed once', async (_, troubles, calls) => {
    const attempts: number[] = [];
    await using bench = await unitBench([endpoint('orders', { handlers: [placing(attempts)] })], { wrapStore: troubled(troubles) });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.advance(120_000);
    expect([bench.store.rows('orders').get('a'), bench.names(), await bench.letters('orders')]).toEqual([1, ['orders.placed'], []]);
    expect([attempts.length, new Set(attempts)]).toEqual([calls, new Set([1])]);
    expect(bench.logged.filter(({ event }) => event === 'store.failed').length).toBeGreaterThan(0);
  });

  it('an outage that lasts is asked after every few seconds', async () => {
    const troubles = times(1_000, 'away');
    await using bench = await unitBench([endpoint('orders', { handlers: [placing([])] })], { wrapStore: troubled(troubles) });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.advance(600_000);
    const tries = 1_000 - troubles.length;
    expect([tries > 600_000 / 5_000, tries < 600_000 / 2_400]).toEqual([true, true]);
    troubles.length = 0;
    await bench.runtime.advance(5_000);
    expect(bench.store.rows('orders').get('a')).toBe(1);
  });

  it('a bus that stops gives its messages back at once, uncounted; the next process handles them', async () => {
    const attempts: number[] = [];
    const first = await unitBench([endpoint('orders', { handlers: [placing(attempts)] })], { wrapStore: troubled(times(1_000, 'away')) });
    const { store, broker, runtime } = first;
    await first.bus.send(Place, { orderId: 'a' });
    await runtime.advance(10_000);
    const began = runtime.now();
    await first.bus.stop();
    expect([runtime.now() - began, attempts]).toEqual([0, []]);
    await using second = await unitBench([endpoint('orders', { handlers: [placing(attempts)] })], { store, broker, runtime });
    await second.runtime.settle();
    expect([second.store.rows('orders').get('a'), attempts, await second.letters('orders')]).toEqual([1, [1], []]);
    await first[Symbol.asyncDispose]();
  });

  it('a bus that stops begins no further handler of the same event', async () => {
    const calls: string[] = [];
    const first = handler(Placed, () => void calls.push('first'), { id: 'first' });
    const second = handler(Placed, () => void calls.push('second'), { id: 'second' });
    const stores = ['away'];
    const bench = await unitBench([endpoint('mails', { handlers: [first, second] })], {
      wrapStore: (store) =>
        overlay(store, { transact: (work, options) => (stores.shift() === 'away' ? away() : store.transact(work, options)) }),
    });
    await bench.bus.publish(Placed, { orderId: 'a' });
    await bench.runtime.settle();
    await bench.bus.stop();
    expect([calls, stores]).toEqual([[], []]);
    await bench[Symbol.asyncDispose]();
  });

  it('a middleware that swallows errors does not lose the message', async () => {
    const attempts: number[] = [];
    const first = await unitBench([endpoint('orders', { handlers: [placing(attempts)] })], {
      wrapStore: troubled(times(1_000, 'away')),
      middleware: [(context, next) => Promise.resolve(next(context)).catch(() => undefined)],
    });
    const { store, broker, runtime } = first;
    await first.bus.send(Place, { orderId: 'a' });
    await runtime.advance(10_000);
    await first.bus.stop();
    await using second = await unitBench([endpoint('orders', { handlers: [placing(attempts)] })], { store, broker, runtime });
    await second.runtime.settle();
    expect([attempts, second.store.rows('orders').get('a')]).toEqual([[1], 1]);
    await first[Symbol.asyncDispose]();
  });

  it('a unit that waits for the store ends when the bus gives up draining', async () => {
    const reasons: unknown[] = [];
    const never = gate<never>();
    const bench = await unitBench([endpoint('orders', { handlers: [placing([])] })], {
      drainTimeout: 1_000,
      wrapStore: (store) =>
        overlay(store, {
          transact: (_work, options) => {
            options?.signal?.addEventListener('abort', () => {
              reasons.push((options.signal?.reason as { code?: string } | undefined)?.code);
              never.reject(options.signal?.reason);
            });
            return never.promise;
          },
        }),
    });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    const stopped = bench.bus.stop();
    await bench.runtime.advance(1_000);
    await stopped;
    expect([reasons, await bench.letters('orders')]).toEqual([['BUS_STOPPED'], []]);
    await bench[Symbol.asyncDispose]();
  });

  it('what a handler throws by itself is one, also when it looks the same', async () => {
    const failing = handler(Place, () => {
      throw new StoreError('STORE_UNAVAILABLE', 'of another database');
    });
    await using bench = await unitBench([endpoint('orders', { handlers: [failing] })]);
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    const [letter] = await bench.letters('orders');
    expect(letter?.message.headers.get(HEADERS.error)).toContain('of another database');
  });

  it('handlers of the same event that have succeeded are not called again', async () => {
    const calls: string[] = [];
    const first = handler(Placed, () => void calls.push('first'), { id: 'first' });
    const second = handler(Placed, () => void calls.push('second'), { id: 'second' });
    await using bench = await unitBench([endpoint('mails', { handlers: [first, second] })], {
      wrapStore: troubled(['well', 'breaks', 'away']),
    });
    await bench.bus.publish(Placed, { orderId: 'a' });
    await bench.runtime.advance(10_000);
    expect(calls).toEqual(['first', 'second', 'second']);
  });
});

describe('a conflict with another transaction', () => {
  it('runs the unit again, up to three times, and the attempts count', async () => {
    const attempts: number[] = [];
    await using bench = await unitBench([endpoint('orders', { handlers: [placing(attempts)] })], {
      wrapStore: troubled(times(3, 'conflict')),
    });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.advance(10_000);
    expect([attempts, bench.store.rows('orders').get('a'), bench.names()]).toEqual([[1, 2, 3, 4], 1, ['orders.placed']]);
  });

  it('that comes again and again fails the attempt, for the recovery policy to decide', async () => {
    const attempts: number[] = [];
    await using bench = await unitBench([endpoint('orders', { handlers: [placing(attempts)], recovery: { retries: 1 } })], {
      wrapStore: troubled(times(8, 'conflict')),
    });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.advance(10_000);
    const [letter] = await bench.letters('orders');
    const { headers } = letter?.message ?? { headers: new Map<string, string>() };
    expect([attempts, headers.get(HEADERS.attempt), headers.get(HEADERS.error)]).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      '8',
      expect.stringContaining('TRANSACTION_CONFLICT'),
    ]);
  });

  it('of one handler does not count for another of the same event', async () => {
    const attempts: string[] = [];
    const first = handler(Placed, ({ orderId }, { attempt }) => void attempts.push(`first ${orderId} ${attempt}`), { id: 'first' });
    const second = handler(Placed, ({ orderId }, { attempt }) => void attempts.push(`second ${orderId} ${attempt}`), { id: 'second' });
    await using bench = await unitBench([endpoint('mails', { handlers: [first, second] })], { wrapStore: troubled(['conflict']) });
    await bench.bus.publish(Placed, { orderId: 'a' });
    await bench.runtime.advance(10_000);
    expect(attempts).toEqual(['first a 1', 'first a 2', 'second a 1']);
  });

  it('while the bus stops gives the message back', async () => {
    const troubles = times(1, 'conflict');
    const bench = await unitBench([endpoint('orders', { handlers: [placing([])] })], { wrapStore: troubled(troubles) });
    const { store, broker, runtime } = bench;
    await bench.bus.send(Place, { orderId: 'a' });
    await runtime.settle();
    expect(await outcomeOf(bench.bus.stop())).toBeUndefined();
    await using second = await unitBench([endpoint('orders', { handlers: [placing([])] })], { store, broker, runtime });
    await second.runtime.settle();
    expect([second.store.rows('orders').get('a'), await second.letters('orders')]).toEqual([1, []]);
    await bench[Symbol.asyncDispose]();
  });
});
