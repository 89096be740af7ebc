import type { BusOptions, RelayOptions } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';
import { StoreError } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import { memoryStore } from '@waybill/storage-memory';
import { memory, memoryBroker } from '@waybill/transport-memory';
import { describe, expect, it } from 'vitest';

const Work = defineCommand<{ readonly id: string }>('jobs.work');
const Done = defineEvent<{ readonly id: string }>('jobs.done');

/** What a service of a former process has left in the outbox. */
function entryOf(contract: typeof Work | typeof Done, id: string, partitionKey?: string): TransportEntry {
  return {
    destination: contract.kind === 'event' ? { kind: 'topic', name: contract.name } : { kind: 'endpoint', name: 'jobs' },
    headers: new Map([
      [HEADERS.id, id],
      [HEADERS.name, contract.name],
      [HEADERS.contentType, 'application/json'],
    ]),
    body: new TextEncoder().encode(JSON.stringify({ id })),
    ...(partitionKey === undefined ? {} : { partitionKey }),
  };
}

function bench(options: Partial<BusOptions> = {}) {
  const runtime = virtualRuntime();
  const broker = memoryBroker();
  const store = memoryStore();
  const handled: string[] = [];
  const bus = createBus({
    name: 'shop',
    transport: memory({ broker }),
    runtime,
    store: store as IStore,
    endpoints: [
      endpoint('jobs', { handlers: [handler(Work, ({ id }) => void handled.push(id)), handler(Done, ({ id }) => void handled.push(id))] }),
    ],
    ...(options as object),
  });
  const add = async (...entries: readonly TransportEntry[]): Promise<void> =>
    store.transact((tx) =>
      store.outbox.add(
        tx,
        'shop',
        entries.map((entry) => ({ entry })),
      ),
    );
  return { runtime, broker, store, handled, bus, add };
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it succeeded',
    (error: unknown) => (isBusError(error) ? error.code : error),
  );

/** The store with some of its methods replaced. */
const withMethods = (store: IStore, methods: Partial<IStore>): IStore =>
  new Proxy(store, {
    get: (target, name) => {
      if (name in methods) return (methods as Record<PropertyKey, unknown>)[name];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

describe('a bus with a store', () => {
  it('sends what was committed, and declares the topics of events that nobody has listed', async () => {
    const { bus, runtime, handled, add, store } = bench();
    await bus.start();
    await add(entryOf(Work, 'a'), entryOf(Done, 'b'));
    await runtime.settle();
    expect(handled.toSorted()).toEqual(['a', 'b']);
    await bus.stop();
    await store.open({ runtime, provisioning: 'apply' });
    expect(await store.outbox.status({ scope: 'shop', now: runtime.now() })).toMatchObject({ waiting: 0 });
  });

  it('sends what a handler has sent, at once after its commit, and counts it once', async () => {
    const seen: string[] = [];
    const { bus, runtime, store } = bench({
      telemetry: { statistics: true },
      endpoints: [
        endpoint('jobs', { handlers: [handler(Work, ({ id }, context) => context.publish(Done, { id }))] }),
        endpoint('done', { handlers: [handler(Done, ({ id }) => void seen.push(id))] }),
      ],
    });
    await bus.start();
    await bus.send(Work, { id: 'a' });
    await runtime.settle();
    expect(seen).toEqual(['a']);
    expect(await store.outbox.status({ scope: 'shop', now: runtime.now() })).toMatchObject({ waiting: 0 });
    const { sends, outbox } = bus.statistics();
    expect(sends.find(({ contract }) => contract === 'jobs.done')).toMatchObject({ destination: 'jobs.done', accepted: 1 });
    expect(outbox).toMatchObject({ sent: 1 });
    await bus.stop();
  });

  it('holds an event whose topic is not there where none may be declared', async () => {
    const { bus, runtime, add, handled } = bench({ provisioning: 'assume', endpoints: [] });
    await bus.start();
    await add(entryOf(Done, 'b', 'k'));
    await runtime.advance(1_000);
    expect(await bus.outbox.held()).toMatchObject([{ state: 'held', reason: expect.stringContaining('UNROUTABLE') as string }]);
    expect(handled).toEqual([]);
    await bus.stop();
  });

  it('tells how its outbox is: in its health, its statistics, and to operators', async () => {
    const { bus, runtime, add } = bench({ telemetry: { statistics: true } });
    await bus.start();
    const nowhere: TransportEntry = { ...entryOf(Work, 'lost'), destination: { kind: 'endpoint', name: 'nowhere' } };
    await add(entryOf(Work, 'a'), nowhere);
    await runtime.advance(1_000);
    const check = (): unknown => bus.health().checks.find(({ component }) => component === 'outbox');
    expect(check()).toMatchObject({ status: 'degraded', reason: expect.stringContaining('held') as string });
    const [row] = await bus.outbox.held();
    expect(await bus.outbox.status()).toMatchObject({ held: 1, waiting: 0 });
    expect(await bus.outbox.discard([row?.sequence ?? '', 'no such row'])).toBe(1);
    await runtime.advance(60_000);
    expect(check()).toMatchObject({ status: 'healthy', reason: undefined });
    const { outbox, sends } = bus.statistics();
    expect(outbox).toMatchObject({ sent: 1, held: 0, waiting: 0 });
    expect(sends.find(({ destination }) => destination === 'jobs')).toMatchObject({ contract: 'jobs.work', accepted: 1 });
    await bus.stop();
  });

  it('tries a held row again, or goes on without it, as an operator says', async () => {
    const { bus, runtime, add, handled, broker, store } = bench();
    store.outbox.onAdded = () => () => undefined;
    await bus.start();
    const nowhere: TransportEntry = { ...entryOf(Work, 'lost', 'k'), destination: { kind: 'endpoint', name: 'nowhere' } };
    await add(nowhere, entryOf(Work, 'behind', 'k'));
    await runtime.advance(1_000);
    const [row] = await bus.outbox.held({ limit: 1 });
    expect(await bus.outbox.park(row?.sequence ?? '')).toBe(1);
    await runtime.settle();
    expect(handled).toEqual(['behind']);
    const other = createBus({
      name: 'other',
      transport: memory({ broker }),
      runtime,
      endpoints: [endpoint('nowhere', { handlers: [handler(Work, ({ id }) => void handled.push(id))] })],
    });
    await other.start();
    expect(await bus.outbox.retry(row?.sequence ?? '')).toBe(1);
    await runtime.settle();
    expect(handled).toEqual(['behind', 'lost']);
    await other.stop();
    await bus.stop();
  });

  it('waits while its connection is away and sends as soon as it is back', async () => {
    const { bus, runtime, add, handled, broker } = bench();
    await bus.start();
    broker.faults.rejectSends(2);
    await add(entryOf(Work, 'a'), entryOf(Work, 'b'));
    await runtime.advance(1_000);
    expect(handled).toEqual(['a', 'b']);
    expect(broker.faults.struck('rejectSend')).toBe(2);
    await bus.stop();
  });

  it('sends again, with the same id, what got no answer, and the inbox of the receiver handles it once', async () => {
    const { bus, runtime, add, handled, broker, store } = bench({ publishTimeout: '2s' });
    const receiver = createBus({
      name: 'receiver',
      transport: memory({ broker }),
      runtime,
      store: store as IStore,
      endpoints: [endpoint('other', { handlers: [handler(Work, ({ id }) => void handled.push(id))] })],
      telemetry: { statistics: true },
    });
    await receiver.start();
    await bus.start();
    broker.faults.dropConfirms(1);
    await add({ ...entryOf(Work, 'a'), destination: { kind: 'endpoint', name: 'other' } });
    await runtime.advance(10_000);
    expect(broker.faults.struck('dropConfirm')).toBe(1);
    expect(receiver.statistics().endpoints[0]?.contracts[0]?.handled).toBe(2);
    expect(handled).toEqual(['a']);
    expect(await bus.outbox.status()).toMatchObject({ waiting: 0 });
    await bus.stop();
    await receiver.stop();
  });

  it('loses nothing when its connection is cut again and again', async () => {
    const { bus, runtime, add, handled, broker } = bench();
    await bus.start();
    for (let round = 0; round < 20; round += 1) {
      await add(...Array.from({ length: 10 }, (_, index) => entryOf(Work, `${round}.${index}`, `k${index % 3}`)));
      broker.faults.cutConnections();
      await runtime.advance(100);
    }
    await runtime.advance(60_000);
    expect(new Set(handled).size).toBe(200);
    await bus.stop();
  });

  it('leaves the outbox to others where it was told to', async () => {
    const { bus, runtime, add, handled } = bench({ relay: false });
    await bus.start();
    await add(entryOf(Work, 'a'));
    await runtime.advance(60_000);
    expect(handled).toEqual([]);
    expect(bus.health().checks.map(({ component }) => component)).toEqual(['bus', 'connection', 'endpoint:jobs']);
    expect(await bus.outbox.status()).toMatchObject({ waiting: 1 });
    await bus.stop();
  });

  it('sends what its handlers have committed before it stops, and leaves no timer behind', async () => {
    const { bus, runtime, add, broker, store } = bench({ relay: { pollMin: '5s' } satisfies RelayOptions, endpoints: [] });
    const other = createBus({
      name: 'other',
      transport: memory({ broker }),
      runtime,
      endpoints: [endpoint('jobs', { handlers: [handler(Work, () => undefined)] })],
      telemetry: { statistics: true },
    });
    await other.start();
    await bus.start();
    store.outbox.onAdded = () => () => undefined;
    await add(...Array.from({ length: 50 }, (_, index) => entryOf(Work, `m${index}`)));
    const stopping = bus.stop();
    await runtime.advance(100);
    await stopping;
    expect(other.statistics().endpoints[0]?.contracts[0]?.handled).toBe(50);
    const stoppingOther = other.stop();
    await runtime.advance(1_000);
    await stoppingOther;
    expect(runtime.openTimers).toBe(0);
  });

  it('starts again after a stop', async () => {
    const { bus, runtime, add, handled } = bench();
    await bus.start();
    await bus.stop();
    await bus.start();
    await add(entryOf(Work, 'a'));
    await runtime.settle();
    expect(handled).toEqual(['a']);
    await bus.stop();
  });
});

describe('the store of a bus', () => {
  it('is opened before anything is received; where it cannot be, the start fails and nothing stays open', async () => {
    const store = memoryStore() as IStore;
    let closed = 0;
    const { bus, runtime } = bench({
      store: withMethods(store, {
        open: () => Promise.reject(new StoreError('STORE_UNAVAILABLE', 'the database is away')),
        close: async () => void (closed += 1),
      }),
    });
    expect(await codeOf(bus.start())).toBe('STORE_UNAVAILABLE');
    expect(closed).toBe(0);
    expect(runtime.openTimers).toBe(0);
  });

  it('is closed once for each time it was opened, also when the start is given up while it opens', async () => {
    const store = memoryStore() as IStore;
    const counts = { opened: 0, closed: 0 };
    let proceed = (): void => undefined;
    const { bus, runtime } = bench({
      store: withMethods(store, {
        open: async (options) => {
          await new Promise<void>((resolve) => (proceed = resolve));
          await store.open({ runtime: options.runtime, provisioning: 'apply' });
          counts.opened += 1;
        },
        close: async () => {
          await store.close();
          counts.closed += 1;
        },
      }),
    });
    const starting = codeOf(bus.start());
    await runtime.settle();
    const stopping = bus.stop();
    await runtime.advance(1_000);
    proceed();
    await runtime.settle();
    expect(await starting).toBe('START_ABORTED');
    await stopping;
    expect(counts).toEqual({ opened: 1, closed: 1 });
    const again = bus.start();
    await runtime.settle();
    proceed();
    await again;
    const stoppingAgain = bus.stop();
    await runtime.advance(1_000);
    await stoppingAgain;
    expect(counts).toEqual({ opened: 2, closed: 2 });
  });

  it('that never closes holds up no stop', async () => {
    const store = memoryStore() as IStore;
    const { bus, runtime } = bench({ store: withMethods(store, { close: () => new Promise(() => undefined) }) });
    await bus.start();
    let isStopped = false;
    void bus.stop().then(() => (isStopped = true));
    await runtime.advance(1_000);
    expect(isStopped).toBe(true);
  });

  it('must remember for longer than its transport delivers again: else the start is refused, and `validate` says so', async () => {
    const { bus } = bench({ transport: memory({ like: 'sqs' }) });
    expect(await bus.validate()).toMatchObject([
      { code: 'CAPABILITY_NOT_SUPPORTED', problem: expect.stringContaining('inbox: { window: 1209600000 }') as string },
    ]);
    expect(await codeOf(bus.start())).toBe('CAPABILITY_NOT_SUPPORTED');
    const { bus: mended } = bench({ transport: memory({ like: 'sqs' }), inbox: { window: '14d' } });
    expect(await mended.validate()).toEqual([]);
  });

  it('forgets what was handled longer ago than the window', async () => {
    const { bus, runtime, store } = bench({ inbox: { window: '1h' } });
    await bus.start();
    const claim = (idempotencyKey: string): Promise<unknown> =>
      store.transact((tx) =>
        store.inbox.claim(tx, { scope: 'shop', endpoint: 'jobs', handlerId: 'x', idempotencyKey }, { now: runtime.now() }),
      );
    for (let key = 0; key < 2_500; key += 1) await claim(`old ${key}`);
    await runtime.advance(3_000_000);
    await claim('young');
    await runtime.advance(720_000);
    expect(await claim('old 7')).toMatchObject({ status: 'new' });
    expect(await claim('old 2499')).toMatchObject({ status: 'new' });
    expect(await claim('young')).toMatchObject({ status: 'completed' });
    await bus.stop();
  });
});

describe('the options of relay and inbox', () => {
  it.each([
    [{ relay: { lease: '10ms' } }, /`relay.lease` is "10ms". Use a duration from 1 s/],
    [{ relay: { batchSize: 0 } }, /`relay.batchSize` is 0. Use a whole number from 1 to 100,000/],
    [{ relay: { pollEvery: '1s' } }, /pollEvery/],
    [{ inbox: { window: 0 } }, /`inbox.window` is 0/],
    [{ store: undefined, relay: {} }, /`relay` is given, and no `store`/],
    [{ store: undefined, inbox: {} }, /`inbox` is given, and no `store`/],
  ])('%o are refused', (options, problem) => {
    expect(() => bench(options as Partial<BusOptions>)).toThrow(problem);
  });

  it('say what is missing where there is no store, or the bus is not started', async () => {
    const { bus } = bench();
    expect(await codeOf(bus.outbox.status())).toBe('BUS_NOT_STARTED');
    const without = createBus({ transport: memory() });
    expect(await codeOf(without.outbox.held())).toBe('STORE_MISSING');
  });
});
