import { describe, expect, it } from 'vitest';
import type { Bus, BusOptions, Command, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import type { IMessageTransport, ITransportTopology } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { codeOf, gate, outcomeOf, overlay } from './support/waiting.ts';

const Submit: Command<{ readonly n: number }> = defineCommand('orders.submit');
const Paid: Event<{ readonly n: number }> = defineEvent('shop.paid');
const orders = endpoint('orders', { handlers: [handler(Submit, () => undefined), handler(Paid, () => undefined)] });

const NEVER = (): Promise<never> => new Promise(() => undefined);

/** A bus that has not started, on a memory transport that is watched, with some of its parts replaced. */
function idleBus(
  options: Partial<BusOptions> = {},
  changes: Partial<IMessageTransport> = {},
  topology: (inner: ITransportTopology) => Partial<ITransportTopology> = () => ({}),
) {
  const broker = memoryBroker();
  const runtime = manualRuntime();
  const inner = memory({ broker });
  const calls: string[] = [];
  const transport = overlay<IMessageTransport>(inner, {
    open: (open) => {
      calls.push('open');
      return inner.open(open);
    },
    close: () => {
      calls.push('close');
      return inner.close();
    },
    topology: overlay(inner.topology, topology(inner.topology)),
    ...changes,
  });
  const bus: Bus = createBus({ name: 'ordering', transport, runtime, endpoints: [orders], ...options } as BusOptions);
  const another = (more: Partial<BusOptions>): Bus =>
    createBus({ name: 'ordering', transport: memory({ broker }), runtime, ...more } as BusOptions);
  return { bus, broker, runtime, calls, another };
}

describe('bus.topology.plan', () => {
  it('prints what the broker must hold, and asks nobody', () => {
    const { bus, calls } = idleBus({ namespace: 'staging' });
    expect(bus.topology.plan().text).toBe(
      [
        '5 entities at memory of the bus "staging.ordering"',
        '  endpoint staging.orders: ordered false',
        '  skipped staging.orders.skipped: ordered false',
        '  topic staging.shop.paid',
        '  topic staging.waybill.faults',
        '  subscription staging.shop.paid → staging.orders',
      ].join('\n'),
    );
    expect(calls).toEqual([]);
  });
});

describe('bus.topology before the start', () => {
  it('compares, applies what is missing and says so, and leaves the transport closed', async () => {
    const { bus, broker, calls, runtime } = idleBus({ provisioning: 'validate' });
    const before = await bus.topology.compare();
    expect(before.text.split('\n')).toEqual([
      '+ endpoint orders is missing',
      '+ skipped orders.skipped is missing',
      '+ topic shop.paid is missing',
      '+ topic waybill.faults is missing',
      '+ subscription shop.paid → orders is missing',
    ]);
    expect(broker.endpoints()).toEqual([]);
    const { made, text } = await bus.topology.apply();
    expect(made.map(({ name }) => name)).toEqual(before.differences.map(({ entity }) => entity.name));
    expect(text.split('\n')[0]).toBe('+ endpoint orders');
    expect(await bus.topology.apply()).toEqual({ made: [], text: 'nothing was missing' });
    expect(await bus.topology.compare()).toEqual({ differences: [], text: 'the broker holds all of the plan' });
    expect(calls).toEqual(['open', 'close', 'open', 'close', 'open', 'close', 'open', 'close']);
    expect([bus.state, runtime.pendingTimers()]).toEqual(['idle', 0]);
    await bus.start(); // with `validate`
    await bus.stop();
  });

  it('tells what is there otherwise, and refuses to apply', async () => {
    const { bus, another } = idleBus();
    await another({ endpoints: [{ ...orders, ordered: true }] }).topology.apply();
    expect((await bus.topology.compare()).text).toBe('~ endpoint orders has ordered true, wanted false');
    expect(await codeOf(bus.topology.apply())).toBe('TOPOLOGY_DIFFERS');
  });

  it('refuses options that are wrong', async () => {
    const { bus, calls } = idleBus();
    const { topology } = bus;
    const wrong = [
      topology.compare({ timout: '1s' } as object),
      topology.apply({ timeout: 0 }),
      topology.prune({ dryRun: 'yes' as unknown as boolean }),
      topology.compare({ signal: 5 as unknown as AbortSignal }),
    ];
    expect(await Promise.all(wrong.map(codeOf))).toEqual(Array.from(wrong, () => 'OPTION_INVALID'));
    expect(calls).toEqual([]);
  });
});

describe('bus.topology at a broker that does not answer', () => {
  it.each([
    ['opening', { open: NEVER }, () => ({}), []],
    ['comparing', {}, () => ({ compare: NEVER }), ['open', 'close']],
  ] as const)('ends in time while %s, closes what it has opened, and leaves no timer', async (_, changes, topology, called) => {
    const { bus, runtime, calls } = idleBus({}, changes, topology);
    const comparing = outcomeOf(bus.topology.compare({ timeout: '2s' }));
    await runtime.advance(1_999);
    expect(bus.state).toBe('idle');
    await runtime.advance(1);
    expect(await comparing).toMatchObject({ code: 'TOPOLOGY_TIMEOUT', details: { operation: 'bus.topology.compare', limitMs: 2_000 } });
    expect(calls).toEqual(called);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('is left when the signal aborts', async () => {
    const { bus, runtime } = idleBus({}, {}, () => ({ compare: NEVER }));
    const giveUp = new AbortController();
    const comparing = outcomeOf(bus.topology.compare({ signal: giveUp.signal }));
    await runtime.settle();
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await comparing).toBe(reason);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('fails with a code for what the transport throws without one', async () => {
    const { bus } = idleBus({}, {}, () => ({ compare: () => Promise.reject(new Error('541')) }));
    expect(await outcomeOf(bus.topology.compare())).toMatchObject({ code: 'TOPOLOGY_REFUSED', cause: { message: '541' } });
  });

  it('a start ends in time as well', async () => {
    const { bus, runtime } = idleBus({}, {}, () => ({ apply: NEVER }));
    const starting = outcomeOf(bus.start());
    await runtime.advance(59_999);
    expect(bus.state).toBe('starting');
    await runtime.advance(1);
    expect(await starting).toMatchObject({ code: 'TOPOLOGY_TIMEOUT' });
    expect([bus.state, runtime.pendingTimers()]).toEqual(['stopped', 0]);
  });
});

describe('bus.topology beside a bus that starts and runs', () => {
  it('works at the open transport of a running bus, and leaves it open', async () => {
    const { bus, calls } = idleBus();
    await bus.start();
    expect((await bus.topology.compare()).differences).toEqual([]);
    expect(calls).toEqual(['open']);
    await bus.stop();
  });

  it('waits for a start under way, and a start waits for it', async () => {
    const applied = gate();
    let applying = 0;
    const slowly = (inner: ITransportTopology): Partial<ITransportTopology> => ({
      apply: async (plan) => {
        applying += 1;
        await applied.promise;
        return inner.apply(plan);
      },
    });
    const { bus, runtime, calls } = idleBus({}, {}, slowly);
    const deploying = bus.topology.apply();
    await runtime.settle();
    const starting = bus.start();
    const comparing = bus.topology.compare();
    await runtime.settle();
    expect([calls, applying]).toEqual([['open'], 1]);
    applied.resolve();
    await Promise.all([deploying, starting, comparing]);
    expect([bus.state, calls]).toEqual(['started', ['open', 'close', 'open']]);
    await bus.stop();
  });
});

describe('bus.topology.prune', () => {
  it('removes what an earlier plan has made and nobody uses, and tells what stays and why', async () => {
    const { bus, broker, another } = idleBus();
    const before = ['old', 'busy'].map((name) => endpoint(name, { handlers: [handler(Paid, () => undefined)] }));
    const earlier = another({ endpoints: before, publishes: [Paid] });
    await earlier.topology.apply();
    const other = another({ name: 'billing', endpoints: [endpoint('bills', { handlers: [] })] });
    await other.topology.apply();
    await other.start();
    await other.send(Submit, { n: 1 }, { to: 'busy' });
    await bus.topology.apply();
    const told = await bus.topology.prune({ dryRun: true });
    expect(told.text.split('\n')).toEqual([
      '- endpoint old would be removed',
      '- endpoint old.skipped would be removed',
      '- endpoint busy.skipped would be removed',
      '- subscription shop.paid → old would be removed',
      '= endpoint busy stays: it holds 1 message',
    ]);
    expect(broker.endpoints()).toContain('old');
    const done = await bus.topology.prune();
    expect(done.removed).toEqual(told.removed);
    expect(broker.endpoints().toSorted()).toEqual(['bills', 'bills.skipped', 'busy', 'orders', 'orders.skipped']);
    expect(await bus.topology.prune()).toMatchObject({ removed: [], text: '= endpoint busy stays: it holds 1 message' });
    await other.stop();
    expect((await other.topology.prune()).text).toBe('nothing is left over');
  });

  it('needs the name of the bus', async () => {
    const { bus } = idleBus({ name: undefined } as unknown as BusOptions);
    expect(await codeOf(bus.topology.prune())).toBe('OPTION_INVALID');
  });
});
