import { describe, expect, it } from 'vitest';
import type { Command, ConsumeContext, Event, HandlerOptions } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, describeBus, endpoint, handler } from '@waybill/core';
import { HEADERS } from '@waybill/core/transport';
import type { MemoryTransaction } from '@waybill/storage-memory';
import { memoryStore } from '@waybill/storage-memory';
import { memory, memoryBroker } from '../src/index.ts';
import { slowSchema } from './support/slow-schema.ts';
import { unitBench } from './support/unit-bench.ts';
import { codeOf, gate, overlay } from './support/waiting.ts';

interface Order {
  readonly orderId: string;
}
const Place: Command<Order> = defineCommand('orders.place');
const Placed: Event<Order> = defineEvent('orders.placed');
const Told: Event<Order> = defineEvent('orders.told');
const Reserve: Command<Order, number> = defineCommand<Order, number>('orders.reserve', { reply: true });
const Count = defineQuery<Order, number>('orders.count');

const Checked = defineEvent('orders.checked', { schema: slowSchema<Order>() });

type Body = (order: Order, context: ConsumeContext) => unknown;

const transactionOf = (context: ConsumeContext): MemoryTransaction => context.transaction as MemoryTransaction;

/** Adds one to the row of the order, as business code would. */
async function addOne({ orderId }: Order, context: ConsumeContext): Promise<number> {
  const table = transactionOf(context).table<number>('orders');
  const next = ((await table.get(orderId)) ?? 0) + 1;
  await table.set(orderId, next);
  return next;
}

const placing = (body: Body, options?: HandlerOptions) =>
  handler(Place, async (order, context) => void (await body(order, context as ConsumeContext)), options);

describe('a unit of work', () => {
  it('commits what the handler wrote, its inbox key and what it sent together', async () => {
    const body: Body = async (order, context) => {
      await addOne(order, context);
      await context.publish(Placed, order);
    };
    await using bench = await unitBench([endpoint('orders', { handlers: [placing(body)] })]);
    await bench.bus.send(Place, { orderId: 'a' }, { messageId: 'm-1' });
    await bench.runtime.settle();
    expect([bench.store.rows('orders').get('a'), bench.names()]).toEqual([1, ['orders.placed']]);
    await bench.bus.send(Place, { orderId: 'a' }, { messageId: 'm-1' });
    await bench.runtime.settle();
    expect([bench.store.rows('orders').get('a'), bench.names(), bench.times('message.duplicate')]).toEqual([1, ['orders.placed'], 1]);
  });

  it('leaves nothing of an attempt that failed; the next one is a new transaction', async () => {
    const seen: unknown[] = [];
    const body: Body = async (order, context) => {
      seen.push(context.transaction);
      await addOne(order, context);
      await context.publish(Placed, order);
      if (context.attempt === 1) throw new Error('once');
      await context.publish(Told, order);
    };
    await using bench = await unitBench([endpoint('orders', { handlers: [placing(body)], recovery: { retries: 1 } })]);
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    expect([bench.store.rows('orders').get('a'), bench.names(), new Set(seen).size]).toEqual([1, ['orders.placed', 'orders.told'], 2]);
  });

  it('stands for each handler of an event: only the failed one is tried again', async () => {
    const calls: string[] = [];
    const first = handler(Placed, (_, { attempt }) => void calls.push(`first ${attempt}`), { id: 'first' });
    const second = handler(
      Placed,
      async (order, context) => {
        calls.push(`second ${context.attempt}`);
        await context.publish(Told, order);
        if (context.attempt === 1) throw new Error('once');
      },
      { id: 'second' },
    );
    await using bench = await unitBench([endpoint('mails', { handlers: [first, second], recovery: { retries: 1 } })]);
    await bench.bus.publish(Placed, { orderId: 'a' });
    await bench.runtime.settle();
    expect([calls, bench.names()]).toEqual([['first 1', 'second 1', 'second 2'], ['orders.told']]);
  });

  it('takes in what the handler sends by the bus, and what it began to send without awaiting; detached messages leave at once', async () => {
    const came: string[] = [];
    const watch = handler(Told, ({ orderId }) => void came.push(orderId));
    const body: Body = async (order, context) => {
      await bench.bus.publish(Placed, order);
      void context.publish(Placed, order);
      await bench.bus.publish(Told, { orderId: 'at once' }, { detached: true });
      await context.publishAll(Placed, [order]);
      await bench.bus.publishAll(Placed, [order]);
      throw new Error('nothing of this remains');
    };
    const bench = await unitBench([endpoint('orders', { handlers: [placing(body)] }), endpoint('watch', { handlers: [watch] })]);
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    expect([came, bench.names()]).toEqual([['at once'], []]);
    await bench[Symbol.asyncDispose]();
  });

  it('waits for what the handler began to send without awaiting, and for what that begins', async () => {
    const body: Body = (order, context) => {
      void context.publish(Checked, order);
      void bench.bus.publish(Checked, order).then(() => context.publish(Checked, order));
    };
    const bench = await unitBench([endpoint('orders', { handlers: [placing(body)] })]);
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    expect(bench.names().length).toBe(3);
    await bench[Symbol.asyncDispose]();
  });

  it('refuses what is sent while COMMIT is under way, and what its context sends later; the bus sends again after the commit', async () => {
    const [committing, committed] = [gate(), gate()];
    const late: Promise<string>[] = [];
    const body: Body = (order, context) => {
      const byContext = (): Promise<string> => codeOf(context.publish(Told, order));
      const byBus = (): Promise<string> => codeOf(bench.bus.publish(Told, { orderId: 'late' }));
      late.push(...[byContext, byBus].map((send) => committing.promise.then(send)));
      late.push(...[byContext, byBus].map((send) => committed.promise.then(send)));
    };
    const came: string[] = [];
    const watch = handler(Told, ({ orderId }) => void came.push(orderId));
    const bench = await unitBench([endpoint('orders', { handlers: [placing(body)] }), endpoint('watch', { handlers: [watch] })], {
      wrapStore: (store) =>
        overlay(store, {
          transact: async (work, options) =>
            store.transact(async (tx) => {
              const result = await work(tx);
              if (late.length === 0) return result; // another message's
              committing.resolve();
              await Promise.all(late.slice(0, 2));
              return result;
            }, options),
        }),
    });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    committed.resolve();
    expect(await Promise.all(late)).toEqual(['ATTEMPT_ENDED', 'ATTEMPT_ENDED', 'ATTEMPT_ENDED', 'none']);
    await bench.runtime.settle();
    expect([came, bench.names()]).toEqual([['late'], []]);
    await bench[Symbol.asyncDispose]();
  });

  it('is rolled back when the time of its handler is over; the handler sends and writes no more', async () => {
    const goOn = gate();
    const codes: string[] = [];
    const body: Body = async (order, context) => {
      await addOne(order, context);
      await context.publish(Placed, order);
      await goOn.promise;
      codes.push(await codeOf(context.publish(Placed, order)), await codeOf(bench.bus.publish(Placed, order)));
      codes.push(await codeOf(Promise.resolve().then(() => String(context.transaction))));
    };
    const signals: (AbortSignal | undefined)[] = [];
    const bench = await unitBench([endpoint('orders', { handlers: [placing(body, { timeout: 1_000 })] })], {
      wrapStore: (store) =>
        overlay(store, {
          transact: (work, options) => {
            signals.push(options?.signal);
            return store.transact(work, options);
          },
        }),
    });
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.advance(1_000);
    goOn.resolve();
    await bench.runtime.settle();
    const [letter] = await bench.letters('orders');
    expect([letter?.message.headers.get(HEADERS.error), bench.store.rows('orders').size, bench.names()]).toEqual([
      expect.stringContaining('HANDLER_TIMEOUT'),
      0,
      [],
    ]);
    expect(codes).toEqual(['ATTEMPT_ENDED', 'ATTEMPT_ENDED', 'NO_TRANSACTION']);
    expect(signals[0]?.reason).toMatchObject({ code: 'HANDLER_TIMEOUT' }); // by which the store knows that its work still runs
    await bench[Symbol.asyncDispose]();
  });

  it.each(['rabbitmq', 'sqs', 'kafka', 'database'] as const)(
    'skips a handler that has succeeded also where a foreign message has no id, on %s',
    async (like) => {
      const broker = memoryBroker({ like });
      let failures = 0;
      const failing = handler(Placed, () => {
        failures += 1;
        if (failures === 1) throw new Error('once');
      });
      const adding = handler(Placed, async (order, context) => void (await addOne(order, context as ConsumeContext)), { id: 'adding' });
      const orders = endpoint('orders', { handlers: [failing, adding], recovery: { retries: 0, redeliver: ['1s'] } });
      await using bench = await unitBench([orders], { broker });
      const foreign = memory({ broker });
      await foreign.open({ runtime: bench.runtime, onState: () => undefined });
      const headers = new Map([[HEADERS.name, 'orders.placed']]);
      const body = new TextEncoder().encode('{"orderId":"a"}');
      await foreign.send([{ destination: { kind: 'endpoint', name: 'orders' }, headers, body }], {});
      await bench.runtime.advance(5_000);
      expect([failures, bench.store.rows('orders').get('a')]).toEqual([2, 1]);
      await foreign.close();
    },
  );

  it('begins inside of the middleware, which has no transaction and sends as without a store', async () => {
    const came: string[] = [];
    const codes: string[] = [];
    const watch = handler(Told, ({ orderId }) => void came.push(orderId));
    await using bench = await unitBench(
      [endpoint('orders', { handlers: [placing(() => undefined)] }), endpoint('watch', { handlers: [watch] })],
      {
        middleware: [
          async (context, next) => {
            if (context.contract.name !== Place.name) return next(context);
            await context.publish(Told, { orderId: 'before' });
            codes.push(await codeOf(Promise.resolve().then(() => context.transaction)));
            await next(context);
            await context.publish(Told, { orderId: 'after' });
          },
        ],
      },
    );
    await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    expect([came.sort(), codes, bench.names()]).toEqual([['after', 'before'], ['NO_TRANSACTION'], []]);
  });

  it('gives no transaction on a bus without a store, and the message id as the key', async () => {
    const seen: string[] = [];
    const work = placing(async (_, context) => {
      seen.push(await codeOf(Promise.resolve().then(() => context.transaction)), context.idempotencyKey);
    });
    await using bus = createBus({ transport: memory(), endpoints: [endpoint('orders', { handlers: [work] })] });
    await bus.start();
    await bus.send(Place, { orderId: 'a' }, { messageId: 'm-1' });
    await expect.poll(() => seen).toEqual(['NO_TRANSACTION', 'm-1']);
  });
  it('begins no handler after stop() was called, though its transaction comes: the delivery goes back', async () => {
    const { promise: isThere, resolve: comes } = gate();
    const { promise: asked, resolve: asks } = gate();
    const begun: string[] = [];
    const broker = memoryBroker();
    const bench = await unitBench([endpoint('orders', { handlers: [placing(({ orderId }) => void begun.push(orderId))] })], {
      broker,
      wrapStore: (store) =>
        overlay(store, {
          transact: async (work, options) => {
            asks();
            await isThere;
            return store.transact(work, options);
          },
        }),
    });
    await bench.bus.send(Place, { orderId: 'a' }, { messageId: 'm-1' });
    await bench.runtime.settle();
    await asked;
    const stopped = bench.bus.stop();
    comes();
    await bench.runtime.settle();
    await stopped;
    expect([begun, bench.store.rows('orders').size]).toEqual([[], 0]);

    const attempts: number[] = [];
    const again = await unitBench([endpoint('orders', { handlers: [placing((_, { attempt }) => void attempts.push(attempt))] })], {
      broker,
      store: bench.store,
      runtime: bench.runtime,
    });
    await bench.runtime.settle();
    expect(attempts).toEqual([1]);
    await again[Symbol.asyncDispose]();
  });
});

describe('replies with a store', () => {
  it('leave after the commit and not by the outbox; a duplicate of a command gets what was kept', async () => {
    const reserve = handler(Reserve, async (order, context) => {
      await context.publish(Placed, order);
      return addOne(order, context as ConsumeContext);
    });
    await using bench = await unitBench([endpoint('orders', { handlers: [reserve] })]);
    const ask = async (): Promise<number> => bench.bus.request(Reserve, { orderId: 'a' }, { messageId: 'm-1' });
    expect([await ask(), await ask(), bench.names()]).toEqual([1, 1, ['orders.placed']]);
  });

  it('are kept also where nobody has asked yet', async () => {
    const reserve = handler(Reserve, (order, context) => addOne(order, context as ConsumeContext));
    await using bench = await unitBench([endpoint('orders', { handlers: [reserve] })]);
    await bench.bus.send(Reserve, { orderId: 'a' }, { messageId: 'm-1' });
    await bench.runtime.settle();
    expect(await bench.bus.request(Reserve, { orderId: 'a' }, { messageId: 'm-1' })).toBe(1);
    expect(bench.store.rows('orders').get('a')).toBe(1);
  });

  it('of queries are never kept: a query is answered each time, in a transaction', async () => {
    const asked: unknown[] = [];
    const count = handler(Count, ({ orderId }, context) => {
      asked.push(context.transaction);
      return transactionOf(context as ConsumeContext)
        .table<number>('orders')
        .get(orderId)
        .then((found) => found ?? asked.length);
    });
    await using bench = await unitBench([endpoint('orders', { handlers: [count] })]);
    const ask = async (): Promise<number> => bench.bus.request(Count, { orderId: 'a' }, { messageId: 'm-1' });
    expect([await ask(), await ask(), new Set(asked).size]).toEqual([1, 2, 2]);
  });

  it('that are too large fail before the commit', async () => {
    const Long = defineCommand<Order, string>('orders.long', { reply: true });
    const long = handler(Long, async (order, context) => {
      await addOne(order, context as ConsumeContext);
      return 'x'.repeat(2_000);
    });
    await using bench = await unitBench([endpoint('orders', { handlers: [long] })], { broker: { maxMessageBytes: 1_000 } });
    expect(await codeOf(bench.bus.request(Long, { orderId: 'a' }))).toBe('REQUEST_FAULTED');
    expect([bench.store.rows('orders').size, (await bench.letters('orders')).length]).toEqual([0, 1]);
  });
});

describe('`idempotencyKey` of a handler', () => {
  it('makes messages of different ids the same work, and is what `context.idempotencyKey` gives', async () => {
    const keys: string[] = [];
    const reserve = handler(
      Reserve,
      (order, context) => {
        keys.push(context.idempotencyKey);
        return addOne(order, context as ConsumeContext);
      },
      { idempotencyKey: ({ orderId }) => `order ${orderId}` },
    );
    await using bench = await unitBench([endpoint('orders', { handlers: [reserve] })]);
    const replies = [];
    for (const orderId of ['a', 'a', 'b']) replies.push(await bench.bus.request(Reserve, { orderId }));
    expect([replies, keys]).toEqual([
      [1, 1, 1],
      ['order a', 'order b'],
    ]);
  });

  it('fails the attempt where it gives no text of 1 to 256 characters', async () => {
    const keys = ['', 'x'.repeat(257), undefined as unknown as string];
    const work = placing(() => undefined, { idempotencyKey: () => keys.pop() as string });
    await using bench = await unitBench([endpoint('orders', { handlers: [work] })]);
    for (let n = 0; n < 3; n += 1) await bench.bus.send(Place, { orderId: 'a' });
    await bench.runtime.settle();
    const errors = (await bench.letters('orders')).map(({ message }) => message.headers.get(HEADERS.error));
    expect(errors).toEqual([1, 2, 3].map(() => expect.stringContaining('IDEMPOTENCY_KEY_INVALID') as string));
  });

  it('is there without a store, too', async () => {
    const keys: string[] = [];
    const options: HandlerOptions<typeof Place> = { idempotencyKey: ({ orderId }) => `order ${orderId}` };
    const work = handler(Place, (_, context) => void keys.push(context.idempotencyKey), options);
    await using bus = createBus({ transport: memory(), endpoints: [endpoint('orders', { handlers: [work] })] });
    await bus.start();
    await bus.send(Place, { orderId: 'a' });
    await expect.poll(() => keys).toEqual(['order a']);
  });
});

describe('a bus with a store', () => {
  it('says so in its description', () => {
    const { store, text } = describeBus(createBus({ name: 'shop', namespace: 'eu', transport: memory(), store: memoryStore() }));
    expect([store, text]).toEqual([
      { name: 'memory', durable: false, scope: 'eu.shop', relays: true, inboxWindowMs: 604_800_000 },
      expect.stringContaining('store memory, not durable, scope "eu.shop", relayed here, inbox window '),
    ]);
  });
});
