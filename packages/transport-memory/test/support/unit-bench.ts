import type { Bus, BusOptions, Endpoint, LogFields } from '@waybill/core';
import { createBus, silentLogger } from '@waybill/core';
import type { IStore, OutboxEntry } from '@waybill/core/persistence';
import type { DeadLetter, IMessageTransport } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import type { MemoryStore, MemoryTransaction } from '@waybill/storage-memory';
import { memoryStore } from '@waybill/storage-memory';
import type { MemoryBroker, MemoryBrokerOptions } from '../../src/index.ts';
import { memory, memoryBroker } from '../../src/index.ts';
import { overlay } from './waiting.ts';

/** A bus with a store, in virtual time, and a look at what it committed and logged. */
export interface UnitBench {
  readonly bus: Bus;
  readonly store: MemoryStore;
  readonly broker: MemoryBroker;
  readonly runtime: VirtualRuntime;
  readonly logged: LogFields[];
  /** What transactions that were committed have added to the outbox, in the order of the commits. */
  readonly committed: OutboxEntry[];
  /** The names of those, with the ids of the messages. */
  names(): readonly (string | undefined)[];
  letters(endpoint: string): Promise<readonly DeadLetter[]>;
  times(event: string): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a bench is made of beside its endpoints; the rest goes to `createBus`. */
export interface UnitBenchOptions extends Omit<Partial<BusOptions>, 'endpoints' | 'handlers' | 'transport' | 'store'> {
  readonly store?: MemoryStore;
  readonly broker?: MemoryBroker | MemoryBrokerOptions;
  readonly wrap?: (transport: IMessageTransport) => IMessageTransport;
  /** Stands between the bus and its store. */
  readonly wrapStore?: (store: IStore<MemoryTransaction>) => IStore<MemoryTransaction>;
}

export async function unitBench(endpoints: readonly Endpoint[], given: UnitBenchOptions = {}): Promise<UnitBench> {
  const { store = memoryStore(), broker: givenBroker, wrap = (one) => one, wrapStore = (one) => one, ...options } = given;
  const logged: LogFields[] = [];
  const log = (fields: LogFields): void => void logged.push(fields);
  const runtime =
    (options.runtime as VirtualRuntime | undefined) ?? virtualRuntime({ logger: { ...silentLogger, debug: log, warn: log, error: log } });
  const broker = givenBroker !== undefined && 'endpoints' in givenBroker ? givenBroker : memoryBroker(givenBroker as MemoryBrokerOptions);
  const committed: OutboxEntry[] = [];
  await store.open({ runtime, provisioning: 'apply' });
  const watched = wrapStore(recording(store, committed));
  const bus = createBus({
    name: 'shop',
    inbox: { window: '14d' }, // no broker that the memory is like delivers again after that
    ...options,
    transport: wrap(memory({ broker })),
    store: watched,
    runtime,
    endpoints,
  } as BusOptions);
  await bus.start();
  const outside = memory({ broker });
  await outside.open({ runtime, onState: () => undefined });
  return {
    bus,
    store,
    broker,
    runtime,
    logged,
    committed,
    names: () => committed.map(({ entry }) => entry.headers.get(HEADERS.name)),
    letters: async (endpoint) => (await outside.deadLetters.list(endpoint, { limit: 100 })).letters,
    times: (event) => logged.filter((fields) => fields.event === event).length,
    [Symbol.asyncDispose]: async () => {
      const stopped = bus.stop();
      await runtime.advance(60_000);
      await stopped;
      await outside.close();
      await store.close();
    },
  };
}

/** The store, and what its transactions added to the outbox where they were committed. */
function recording(store: MemoryStore, committed: OutboxEntry[]): IStore<MemoryTransaction> {
  const added = new WeakMap<MemoryTransaction, OutboxEntry[]>();
  const outbox = overlay(store.outbox, {
    add: async (tx: MemoryTransaction, scope: string, entries: readonly OutboxEntry[]) => {
      await store.outbox.add(tx, scope, entries);
      added.set(tx, [...(added.get(tx) ?? []), ...entries]);
    },
  });
  return overlay(store as IStore<MemoryTransaction>, {
    outbox,
    transact: async (work, options) => {
      let own: MemoryTransaction | undefined;
      const result = await store.transact((tx) => work((own = tx)), options);
      committed.push(...((own === undefined ? undefined : added.get(own)) ?? []));
      return result;
    },
  });
}
