import { describe, expect, it } from 'vitest';
import type { Bus, BusOptions, Command, EndpointOptions, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { memory, memoryBroker } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { outcomeOf } from './support/waiting.ts';

const Reload: Command<{ readonly n: number }> = defineCommand('prices.reload');
const Changed: Event<{ readonly n: number }> = defineEvent('shop.price-changed');

/** Instances of one service, each with a temporary endpoint that writes down what comes. */
function service() {
  const broker = memoryBroker();
  const runtime = manualRuntime();
  const instance = (handle: (n: number) => void, options: Partial<BusOptions> = {}): Bus => {
    const handlers = [handler(Changed, ({ n }) => handle(n))];
    const prices = endpoint('prices', { temporary: true, handlers, recovery: { retries: 0 } });
    return createBus({ name: 'shop', transport: memory({ broker }), runtime, endpoints: [prices], ...options } as BusOptions);
  };
  return { broker, runtime, instance };
}

describe('a temporary endpoint', () => {
  it('is one of its own for each bus: every instance gets every event; it goes with its bus', async () => {
    const { broker, runtime, instance } = service();
    const seen: string[] = [];
    const [first, second] = ['a', 'b'].map((name) => instance((n) => void seen.push(`${name}${n}`))) as [Bus, Bus];
    await Promise.all([first.start(), second.start()]);
    await first.publish(Changed, { n: 1 });
    await runtime.settle();
    expect(seen.toSorted()).toEqual(['a1', 'b1']);
    expect(broker.endpoints().filter((name) => /^prices\.[0-9a-f]{12}$/.test(name))).toHaveLength(2);
    await first.stop();
    await second.publish(Changed, { n: 2 });
    await runtime.settle();
    expect(seen).toHaveLength(3);
    expect(seen.at(-1)).toBe('b2');
    await second.stop();
    expect(broker.endpoints()).toEqual(['prices.skipped']);
  });

  it('gets nothing from before its start, and starts again as a new one', async () => {
    const { runtime, instance } = service();
    const seen: number[] = [];
    const sender = instance(() => undefined);
    const bus = instance((n) => void seen.push(n));
    await sender.start();
    await bus.start();
    await bus.stop();
    await sender.publish(Changed, { n: 1 });
    await bus.start();
    await sender.publish(Changed, { n: 2 });
    await runtime.settle();
    expect(seen).toEqual([2]);
    await Promise.all([bus.stop(), sender.stop()]);
  });

  it.each(['validate', 'assume'] as const)('is made at start, also with `%s`', async (provisioning) => {
    const { broker, runtime, instance } = service();
    const seen: number[] = [];
    const bus = instance((n) => void seen.push(n), { provisioning, publishes: [Changed] });
    await bus.topology.apply();
    expect(broker.endpoints()).toEqual([]); // it belongs to a bus that runs
    await bus.start();
    await bus.publish(Changed, { n: 1 });
    await runtime.settle();
    expect(seen).toEqual([1]);
    expect((await bus.topology.compare()).differences).toEqual([]);
    await bus.stop();
  });

  it('leaves its dead letters to the other instances; what is returned comes to the one that returned it', async () => {
    const { runtime, instance } = service();
    const failing = instance(() => {
      throw new Error('no');
    });
    const seen: number[] = [];
    const bus = instance((n) => void seen.push(n));
    await failing.start();
    await failing.publish(Changed, { n: 1 });
    await runtime.settle();
    await failing.stop();
    await bus.start();
    expect(await bus.deadLetters('prices').count()).toBe(1);
    await bus.deadLetters('prices').return(() => true);
    await runtime.settle();
    expect(seen).toEqual([1]);
    expect(await bus.deadLetters('prices').count()).toBe(0);
    await bus.stop();
  });

  it('is left alone when another instance prunes', async () => {
    const { runtime, instance } = service();
    const seen: number[] = [];
    const bus = instance((n) => void seen.push(n));
    await bus.start();
    const other = instance(() => undefined);
    expect((await other.topology.prune()).removed).toEqual([]);
    await bus.publish(Changed, { n: 1 });
    await runtime.settle();
    expect(seen).toEqual([1]);
    await bus.stop();
  });

  it('is refused with commands, order or pushed messages', async () => {
    const wrong: readonly (readonly [Partial<EndpointOptions>, string])[] = [
      [{ handlers: [handler(Reload, () => undefined)] }, 'handles "prices.reload", which no event is'],
      [{ ordered: true }, '`temporary` and `ordered`'],
      [{ passive: true }, '`temporary` and `passive`'],
      [{ temporary: 'yes' as unknown as boolean }, '`temporary` of the endpoint "prices" is "yes"'],
    ];
    for (const [options, told] of wrong) {
      const make = async (): Promise<unknown> =>
        createBus({ transport: memory(), endpoints: [endpoint('prices', { handlers: [], temporary: true, ...options })] });
      expect(String(await outcomeOf(make()))).toContain(told);
    }
  });
});
