import { describe, expect, it } from 'vitest';
import type { Bus, Command, EndpointOptions, Runtime } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory, memoryBroker, type MemoryBroker, type MemoryLikeness } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { gate } from './support/waiting.ts';

interface Step {
  readonly key: string;
  readonly n: number;
}
const Step: Command<Step> = defineCommand('orders.step');

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const KEYS: readonly string[] = Array.from({ length: 10 }, (_, index) => `order-${index}`);
const PER_KEY = 40;
const IN_ORDER = Array.from({ length: PER_KEY }, (_, n) => n);

/** What was handled, and how many at once: in all, and of one key. */
class Tally {
  readonly seen = new Map<string, number[]>();
  readonly all: { readonly promise: Promise<void>; readonly resolve: () => void } = gate();
  most = 0;
  mostOfKey = 0;
  count = 0;
  #running = 0;
  readonly #runningOf = new Map<string, number>();

  async handle({ key, n }: Step): Promise<void> {
    this.#running += 1;
    const ofKey = (this.#runningOf.get(key) ?? 0) + 1;
    this.#runningOf.set(key, ofKey);
    this.most = Math.max(this.most, this.#running);
    this.mostOfKey = Math.max(this.mostOfKey, ofKey);
    for (let turns = n % 3; turns > 0; turns -= 1) await turn();
    this.seen.set(key, [...(this.seen.get(key) ?? []), n]);
    this.#running -= 1;
    this.#runningOf.set(key, ofKey - 1);
    this.count += 1;
    if (this.count === KEYS.length * PER_KEY) this.all.resolve();
  }
}

interface Settings {
  readonly broker: MemoryBroker;
  readonly handle: (step: Step) => void | Promise<void>;
  readonly options: Partial<EndpointOptions>;
  readonly runtime?: Runtime;
}

async function orderedBus({ broker, handle, options, runtime }: Settings): Promise<Bus> {
  const transport = memory({ broker });
  const bus = createBus({
    name: 'ordering',
    transport,
    ...(runtime === undefined ? {} : { runtime }),
    endpoints: [
      endpoint('orders', {
        handlers: [handler(Step, handle)],
        concurrency: 8,
        prefetch: 64,
        ordered: { onWait: transport.capabilities.lanes.onWait[0] ?? 'hold' },
        ...options,
      }),
    ],
  });
  await bus.start();
  return bus;
}

async function sendAll(bus: Bus): Promise<void> {
  for (const n of IN_ORDER) for (const key of KEYS) await bus.send(Step, { key, n }, { partitionKey: key });
}

const FORMS: readonly (MemoryLikeness | 'memory')[] = ['memory', 'rabbitmq', 'service-bus', 'sqs-fifo', 'kafka', 'database'];
const brokerLike = (form: MemoryLikeness | 'memory'): MemoryBroker => memoryBroker(form === 'memory' ? {} : { like: form });

describe.each(FORMS)('the messages of one key (%s)', (form) => {
  it('are handled in order, one at a time, while those of other keys are handled beside them', async () => {
    const tally = new Tally();
    const bus = await orderedBus({ broker: brokerLike(form), handle: (step) => tally.handle(step), options: {} });
    await sendAll(bus);
    await tally.all.promise;
    await bus.stop();
    for (const key of KEYS) expect(tally.seen.get(key)).toEqual(IN_ORDER);
    expect(tally.mostOfKey).toBe(1);
    expect(tally.most).toBeGreaterThan(1);
    expect(tally.most).toBeLessThanOrEqual(8);
  });

  it('keep their order over a stop in the middle, and a start', async () => {
    const tally = new Tally();
    const middle = gate();
    const handle = async (step: Step): Promise<void> => {
      await tally.handle(step);
      if (tally.count === 150) middle.resolve();
    };
    const bus = await orderedBus({ broker: brokerLike(form), handle, options: {} });
    await sendAll(bus);
    await middle.promise;
    await bus.stop();
    expect(tally.count).toBeLessThan(KEYS.length * PER_KEY);
    await bus.start();
    await tally.all.promise;
    await bus.stop();
    for (const key of KEYS) expect(tally.seen.get(key)).toEqual(IN_ORDER);
    expect(tally.mostOfKey).toBe(1);
  });

  it('wait while one of them is retried in process', async () => {
    const order: string[] = [];
    const done = gate();
    let tries = 0;
    const handle = async ({ key, n }: Step): Promise<void> => {
      order.push(`${key} ${n}`);
      await turn();
      if (n === 0 && ++tries < 3) throw new Error('not yet');
      if (n === 2) done.resolve();
    };
    const bus = await orderedBus({ broker: brokerLike(form), handle, options: { recovery: { retries: 2 } } });
    for (const n of [0, 1, 2]) await bus.send(Step, { key: 'a', n }, { partitionKey: 'a' });
    await done.promise;
    await bus.stop();
    expect(order).toEqual(['a 0', 'a 0', 'a 0', 'a 1', 'a 2']);
  });
});

describe('while a message of a key waits for its redelivery', () => {
  const orderWith = async (form: MemoryLikeness | 'memory'): Promise<readonly string[]> => {
    const runtime = manualRuntime();
    const order: string[] = [];
    let failed = false;
    const handle = ({ key, n }: Step): void => {
      order.push(`${key}${n}`);
      if (key !== 'a' || n !== 0 || failed) return;
      failed = true;
      throw new Error('not yet');
    };
    const recovery = { retries: 0, redeliver: ['1m'] } as const;
    const bus = await orderedBus({ broker: brokerLike(form), handle, options: { recovery, concurrency: 1 }, runtime });
    for (const n of [0, 1]) for (const key of ['a', 'b']) await bus.send(Step, { key, n }, { partitionKey: key });
    await runtime.settle();
    order.push('a minute');
    await runtime.advance(61_000);
    await bus.stop();
    return order;
  };

  it.each(['memory', 'sqs-fifo'] as const)('the others of its key are held, and those of other keys go on (%s)', async (form) => {
    const order = await orderWith(form);
    expect(order.filter((step) => !step.startsWith('b'))).toEqual(['a0', 'a minute', 'a0', 'a1']);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('a minute'));
  });

  it.each(['rabbitmq', 'service-bus'] as const)('the others of its key pass it where the user has chosen so (%s)', async (form) => {
    expect((await orderWith(form)).filter((step) => !step.startsWith('b'))).toEqual(['a0', 'a1', 'a minute', 'a0']);
  });
});
