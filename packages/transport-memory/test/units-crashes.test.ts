import { expect, it } from 'vitest';
import type { ConsumeContext, Event } from '@waybill/core';
import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';
import type { IMessageTransport, ITransportDelivery } from '@waybill/core/transport';
import type { MemoryTransaction } from '@waybill/storage-memory';
import type { MemoryLikeness } from '../src/index.ts';
import { unitBench } from './support/unit-bench.ts';
import { overlay } from './support/waiting.ts';

interface Order {
  readonly orderId: string;
}
const Reserve = defineCommand<Order, number>('orders.reserve', { reply: true });
const Reserved: Event<Order> = defineEvent('orders.reserved');

/** More than this has no run. */
const MOST_STEPS = 50;
const never = new Promise<never>(() => undefined);

/** A process that ends at its n-th step, before or after what the step does: from then on nothing in it is answered, and its transactions are rolled back. */
class MortalProcess {
  readonly names: string[] = [];
  readonly #at: number;
  readonly #when: 'before' | 'after';
  readonly #death = new AbortController();
  onDeath: () => void = () => undefined;

  constructor(at: number, when: 'before' | 'after') {
    this.#at = at;
    this.#when = when;
  }

  get isDead(): boolean {
    return this.#death.signal.aborted;
  }

  async step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    if (this.isDead) return never;
    this.names.push(name);
    const isLast = this.names.length === this.#at;
    if (isLast && this.#when === 'before') return this.#die();
    const result = await work();
    return isLast ? this.#die() : this.alive(result);
  }

  async alive<T>(result: T): Promise<T> {
    return this.isDead ? never : result;
  }

  #die(): Promise<never> {
    this.#death.abort(new Error('the process has ended'));
    this.onDeath();
    return never;
  }

  store(store: IStore<MemoryTransaction>): IStore<MemoryTransaction> {
    const { inbox, outbox } = store;
    return overlay(store, {
      inbox: overlay(inbox, {
        claim: (tx, key, options) => this.step('claim', () => inbox.claim(tx, key, options)),
        keepResponse: (tx, key, response) => this.step('keep', () => inbox.keepResponse(tx, key, response)),
      }),
      outbox: overlay(outbox, { add: (tx, scope, entries) => this.step('add', () => outbox.add(tx, scope, entries)) }),
      transact: async (work, options) => {
        const signal = AbortSignal.any([this.#death.signal, ...(options?.signal === undefined ? [] : [options.signal])]);
        try {
          return await this.step('commit', () => store.transact(async (tx) => this.alive(await work(tx)), { ...options, signal }));
        } catch (error) {
          if (this.isDead) return never;
          throw error;
        }
      },
    });
  }

  transport(transport: IMessageTransport): IMessageTransport {
    this.onDeath = () => void transport.close();
    const mortal = (delivery: ITransportDelivery): ITransportDelivery =>
      overlay(delivery, { ack: (...given) => this.step('ack', () => delivery.ack(...given)) });
    return overlay(transport, {
      receive: (one, options, onDelivery) => transport.receive(one, options, (delivery) => onDelivery(mortal(delivery))),
      send: (entries, options) =>
        entries.some(({ destination }) => destination.kind === 'reply')
          ? this.step('reply', () => transport.send(entries, options))
          : transport.send(entries, options),
    });
  }
}

function reserving(process: MortalProcess) {
  return handler(Reserve, async (order, context) => {
    const table = ((context as ConsumeContext).transaction as MemoryTransaction).table<number>('orders');
    const next = ((await process.step('read', () => table.get(order.orderId))) ?? 0) + 1;
    await process.step('write', () => table.set(order.orderId, next));
    await context.publish(Reserved, order);
    return next;
  });
}

/** One message, a process that ends at its n-th step, and another that comes after it. */
async function run(like: MemoryLikeness | undefined, at: number, when: 'before' | 'after') {
  const first = new MortalProcess(at, when);
  const second = new MortalProcess(0, 'before');
  const asker = await unitBench([], { name: 'asker', broker: like === undefined ? {} : { like } });
  const { broker, store, runtime } = asker;
  const shared = { broker, store, runtime };
  const mortal = await unitBench([endpoint('orders', { handlers: [reserving(first)] })], {
    ...shared,
    wrap: (transport) => first.transport(transport),
    wrapStore: (inner) => first.store(inner),
  });
  const reply = asker.bus.request(Reserve, { orderId: 'a' });
  await runtime.settle();
  const successor = await unitBench([endpoint('orders', { handlers: [reserving(second)] })], {
    ...shared,
    wrapStore: (inner) => second.store(inner),
  });
  await runtime.advance(10_000);
  const told = [...mortal.names(), ...successor.names()];
  const facts = { reply: await reply, effects: store.rows('orders').get('a'), told, letters: await successor.letters('orders') };
  const stopping = [mortal, successor, asker].map((one) => one[Symbol.asyncDispose]());
  await runtime.advance(120_000);
  await Promise.all(stopping);
  return { facts, names: first.names, died: first.isDead };
}

it.each([
  ['before', 'sends replies by themselves', 'rabbitmq'],
  ['after', 'sends replies by themselves', 'rabbitmq'],
  ['before', 'sends them with the ack', undefined],
  ['after', 'sends them with the ack', undefined],
] as const)(
  'a process that ends %s any step of a unit of work leaves all of it or nothing, on a transport that %s: the effect is there once, its message is sent, its reply comes',
  async (when, _, like) => {
    const steps: (readonly string[])[] = [];
    for (let at = 1; at <= MOST_STEPS; at += 1) {
      const { facts, names, died } = await run(like, at, when);
      expect({ at, ...facts }).toEqual({ at, reply: 1, effects: 1, told: ['orders.reserved'], letters: [] });
      if (!died) break;
      steps.push(names);
    }
    expect(steps.at(-1)).toEqual(['commit', 'claim', 'read', 'write', 'keep', 'add', ...(like === undefined ? [] : ['reply']), 'ack']);
  },
);
