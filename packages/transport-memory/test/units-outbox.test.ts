import { describe, expect, it } from 'vitest';
import type { Bus, Command, ConsumeContext, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';
import type { IMessageTransport } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { MemoryTransaction } from '@waybill/storage-memory';
import { memoryStore } from '@waybill/storage-memory';
import { memory, memoryBroker } from '../src/index.ts';
import { slowSchema } from './support/slow-schema.ts';
import type { UnitBench, UnitBenchOptions } from './support/unit-bench.ts';
import { unitBench } from './support/unit-bench.ts';
import { codeOf, gate, outcomeOf, overlay } from './support/waiting.ts';

interface Order {
  readonly orderId: string;
}
const ORDER: Order = { orderId: 'a' };
const Place: Command<Order> = defineCommand('orders.place');
const Placed: Event<Order> = defineEvent('orders.placed');
const Told: Event<Order> = defineEvent('orders.told');
const Checked = defineEvent('orders.checked', { schema: slowSchema<Order>() });
const Count = defineQuery<Order, number>('orders.count');

/** Runs a transaction of the store as an application does; `abort` rolls it back. */
const inTransaction = <T>({ store }: UnitBench, work: (tx: MemoryTransaction) => Promise<T>): Promise<T> => store.transact(work);

/** What a transaction adds, seen by a bench that does not commit it itself. */
async function transacting(given: UnitBenchOptions = {}) {
  const added: (string | undefined)[] = [];
  const bench = await unitBench([], {
    ...given,
    wrapStore: (store) =>
      overlay(store, {
        outbox: overlay(store.outbox, {
          add: async (tx, scope, entries) => {
            await store.outbox.add(tx, scope, entries);
            added.push(...entries.map(({ entry }) => entry.headers.get(HEADERS.name)));
          },
        }),
      }),
  });
  const status = (): Promise<number> =>
    bench.store.outbox.status({ scope: 'shop', now: bench.runtime.now() }).then(({ waiting }) => waiting);
  return Object.assign(bench, { added, status });
}

describe('`bus.transaction`', () => {
  it('adds what is sent by its context, and by the bus, to the outbox of the transaction that was given', async () => {
    await using bench = await transacting();
    const { bus } = bench;
    const result = await inTransaction(bench, async (tx) => {
      await tx.table<number>('orders').set('a', 1);
      const inner = await bus.transaction(tx, async (context) => {
        await context.publish(Placed, ORDER);
        await Promise.resolve();
        await bus.publish(Told, ORDER);
        await bus.publishAll(Told, [ORDER]);
        void context.publish(Checked, ORDER);
        return context.transaction === tx;
      });
      return [inner, bench.added.length];
    });
    expect([result, bench.added, bench.store.rows('orders').get('a')]).toEqual([
      [true, 4],
      ['orders.placed', 'orders.told', 'orders.told', 'orders.checked'],
      1,
    ]);
  });

  it('adds nothing where its work fails, and what the caller rolls back is not sent', async () => {
    await using bench = await transacting();
    const failed = inTransaction(bench, (tx) =>
      bench.bus.transaction(tx, async (context) => {
        await context.publish(Placed, ORDER);
        throw new Error('on purpose');
      }),
    );
    expect(await outcomeOf(failed)).toMatchObject({ message: 'on purpose' });
    const rolledBack = inTransaction(bench, async (tx) => {
      await bench.bus.transaction(tx, (context) => context.publish(Told, ORDER));
      throw new Error('afterwards');
    });
    expect([await outcomeOf(rolledBack), bench.added, await bench.status()]).toMatchObject([{ message: 'afterwards' }, ['orders.told'], 0]);
  });

  it('refuses what its work sends when it is over', async () => {
    await using bench = await transacting();
    const over = gate();
    const late: Promise<string>[] = [];
    await inTransaction(bench, (tx) =>
      bench.bus.transaction(tx, (context) => {
        late.push(over.promise.then(() => codeOf(context.publish(Placed, ORDER))));
        late.push(over.promise.then(() => codeOf(bench.bus.publish(Placed, ORDER))));
      }),
    );
    over.resolve();
    expect([await Promise.all(late), bench.added]).toEqual([['ATTEMPT_ENDED', 'ATTEMPT_ENDED'], []]);
  });

  it('sends at once what is detached or requested', async () => {
    const came: string[] = [];
    const told = handler(Told, ({ orderId }) => void came.push(orderId));
    await using bench = await unitBench([endpoint('orders', { handlers: [told, handler(Count, () => 7)] })]);
    const count = await inTransaction(bench, (tx) =>
      bench.bus.transaction(tx, async (context) => {
        await context.publish(Told, ORDER, { detached: true });
        return (await context.request(Count, ORDER)) + (await bench.bus.request(Count, ORDER));
      }),
    );
    await bench.runtime.settle();
    expect([count, came, bench.names()]).toEqual([14, ['a'], []]);
  });

  it('in a handler, of another transaction than its own, keeps what it sends, linked to the message that is being handled', async () => {
    let watched: IStore<MemoryTransaction> | undefined;
    const place = handler(Place, async (order) => {
      await watched?.transact((tx) => bench.bus.transaction(tx, (context) => context.publish(Told, order)));
      await bench.bus.publish(Placed, order);
      throw new Error('what was committed before stays');
    });
    const bench = await unitBench([endpoint('orders', { handlers: [place] })], { wrapStore: (store) => (watched = store) });
    await bench.bus.send(Place, ORDER, { correlationId: 'flow' });
    await bench.runtime.settle();
    expect(bench.committed.map(({ entry }) => [entry.headers.get(HEADERS.name), entry.headers.get(HEADERS.correlation)])).toEqual([
      ['orders.told', 'flow'],
    ]);
    await bench[Symbol.asyncDispose]();
  });

  it('says what is missing: a store, a start, a transaction, work', async () => {
    const without = createBus({ transport: memory() });
    const codes = [await codeOf(without.transaction({}, () => undefined))];
    await using bench = await transacting();
    const call = bench.bus.transaction.bind(bench.bus) as (...given: unknown[]) => Promise<unknown>;
    codes.push(await codeOf(call(undefined, () => undefined)), await codeOf(call({}, undefined)));
    await bench.bus.stop();
    codes.push(await codeOf(call({}, () => undefined)));
    expect(codes).toEqual(['STORE_MISSING', 'OPTION_INVALID', 'OPTION_INVALID', 'BUS_STOPPED']);
  });
});

/** A bus whose handler publishes with the given options, and what it asked of the transport. */
async function publishing(options: Parameters<ConsumeContext['publish']>[2], given: UnitBenchOptions = {}) {
  const asked: string[] = [];
  const codes: string[] = [];
  const place = handler(Place, async (order, context) => {
    codes.push(
      await codeOf(context.publish(Placed, order, options)),
      await codeOf(context.publishAll(Told, [order], options).then(() => undefined)),
    );
  });
  const duringUnit: string[] = [];
  const bench = await unitBench([endpoint('orders', { handlers: [place] })], {
    ...given,
    wrapStore: (store) =>
      overlay(store, {
        transact: async (work, sending) => {
          asked.length = 0;
          const result = await store.transact(work, sending);
          duringUnit.push(...asked);
          return result;
        },
      }),
    wrap: (transport: IMessageTransport) =>
      overlay(transport, {
        topology: overlay(transport.topology, {
          apply: (plan) => {
            asked.push('apply');
            return transport.topology.apply(plan);
          },
        }),
        send: (entries, sending) => {
          asked.push('send');
          return transport.send(entries, sending);
        },
      }),
  });
  await bench.bus.send(Place, ORDER);
  await bench.runtime.settle();
  return Object.assign(bench, { duringUnit, codes });
}

describe('what is captured in a unit of work', () => {
  it('asks the broker nothing: topics are not declared then', async () => {
    await using bench = await publishing({});
    expect([bench.duringUnit, bench.codes, bench.names()]).toEqual([[], ['none', 'none'], ['orders.placed', 'orders.told']]);
    await using detached = await publishing({ detached: true });
    expect([detached.duringUnit, detached.names()]).toEqual([['apply', 'send', 'apply', 'send'], []]);
  });

  it('is refused where its topic must not be declared', async () => {
    await using bench = await transacting({ provisioning: 'assume', publishes: [Told] });
    const codes = await inTransaction(bench, (tx) =>
      bench.bus.transaction(tx, async (context) => [
        await codeOf(context.publish(Placed, ORDER)),
        await codeOf(context.publish(Told, ORDER)),
      ]),
    );
    expect([codes, bench.added]).toEqual([['CONTRACT_NOT_DECLARED', 'none'], ['orders.told']]);
  });

  it.each(['validate', 'assume'] as const)(
    'leaves by a process that does not list it yet (%s): one of an older version relays it too',
    async (provisioning) => {
      const [store, broker] = [memoryStore(), memoryBroker()];
      const heard: string[] = [];
      const hear = handler(Told, ({ orderId }) => void heard.push(orderId));
      await using listener = await unitBench([endpoint('watch', { handlers: [hear] })], { broker, name: 'other' });
      await using older = await unitBench([], { store, broker, provisioning, publishes: [] });
      await using newer = await unitBench([], { store, broker, provisioning, publishes: [Told], relay: false });
      await inTransaction(newer, (tx) => newer.bus.transaction(tx, (context) => context.publish(Told, ORDER)));
      await older.runtime.advance(10_000);
      await listener.runtime.advance(1_000);
      const { waiting, held } = await older.bus.outbox.status();
      expect([waiting, held, heard]).toEqual([0, 0, ['a']]);
      expect(await codeOf(older.bus.publish(Told, ORDER))).toBe('CONTRACT_NOT_DECLARED');
    },
  );

  it('is refused where it could never leave, because it is too large', async () => {
    await using bench = await publishing({ headers: { note: 'x'.repeat(600) } }, { broker: { maxHeaderBytes: 800 } });
    expect([bench.codes[0], bench.names()]).toEqual(['HEADERS_TOO_LARGE', []]);
  });

  it.each([
    ['has none', 'kafka', 60_000, 60_000],
    ['has none so long', 'sqs-fifo', 60_000, 60_000],
    ['has one', undefined, 60_000, undefined],
  ] as const)('waits for its time in the outbox where the transport %s, else at the broker', async (_, like, delay, dueIn) => {
    await using bench = await publishing({ delay }, like === undefined ? {} : { broker: { like } });
    const dues = bench.committed.map(({ entry, dueAt }) => [dueAt, entry.notBefore]);
    const at = bench.runtime.now() + delay;
    expect(dues).toEqual([1, 2].map(() => (dueIn === undefined ? [undefined, at] : [at, undefined])));
  });

  it('waits in the outbox for nothing else: outside of a unit a delay that the transport lacks is refused', async () => {
    await using bench = await unitBench([], { broker: { like: 'kafka' } });
    const refused = await outcomeOf(bench.bus.publish(Placed, ORDER, { delay: '1m' }));
    expect(refused).toMatchObject({ code: 'CAPABILITY_NOT_SUPPORTED', message: expect.stringContaining('`bus.transaction`') as string });
  });
});

describe('a message that leaves while a transaction is open', () => {
  const tell = async (bus: Bus, { store }: UnitBench): Promise<void> => {
    await store.transact(async () => {
      await bus.publish(Placed, ORDER);
      await bus.publish(Placed, ORDER);
      await bus.publish(Told, ORDER, { detached: true });
    });
    await bus.publish(Told, ORDER);
  };

  it('is told of once per contract, outside of production', async () => {
    await using bench = await unitBench([]);
    await tell(bench.bus, bench);
    expect(bench.logged.filter(({ event }) => event === 'send.outside-transaction')).toMatchObject([{ message: 'orders.placed' }]);
  });

  it('is not told of in production, nor in a handler', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      await using bench = await unitBench([], { provisioning: 'apply' });
      await tell(bench.bus, bench);
      expect(bench.times('send.outside-transaction')).toBe(0);
    } finally {
      process.env['NODE_ENV'] = before;
    }
    await using bench = await publishing({});
    expect(bench.times('send.outside-transaction')).toBe(0);
  });
});
