import { describe, expect, it } from 'vitest';
import type { Bus, BusOptions, Event } from '@waybill/core';
import { createBus, defineEvent, endpoint, handler } from '@waybill/core';
import type { IMessageTransport, TopologyPlan } from '@waybill/core/transport';
import { ConnectionError } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { codeOf, gate, outcomeOf, overlay } from './support/waiting.ts';

const Done: Event<{ readonly n: number }> = defineEvent('jobs.done');
const Other: Event<{ readonly n: number }> = defineEvent('jobs.other');

/** A memory transport whose `apply` for a topic alone does what a test says; it writes down the plans. */
function transportWith(apply: () => Promise<void>, broker = memoryBroker()) {
  const transport = memory({ broker });
  const plans: TopologyPlan[] = [];
  const { topology } = transport;
  const watched = overlay(topology, {
    apply: async (plan) => {
      if (plan.entities.length === 0) return;
      plans.push(plan);
      await apply();
      await topology.apply(plan);
    },
  });
  return { transport: overlay<IMessageTransport>(transport, { topology: watched }), plans };
}

async function startedBus(apply: () => Promise<void>, options: Partial<BusOptions> = {}) {
  const runtime = manualRuntime();
  const { transport, plans } = transportWith(apply);
  const bus: Bus = createBus({ transport, runtime, publishTimeout: 1_000, ...options } as BusOptions);
  await bus.start();
  return { bus, runtime, plans };
}

describe('the first publish of an event that is not listed', () => {
  it('declares its topic once, also for many at once, and sends none before', async () => {
    const applied = gate();
    const { bus, plans, runtime } = await startedBus(() => applied.promise);
    let sent = 0;
    const publishing = Array.from({ length: 10 }, (_, n) => bus.publish(Done, { n }).then(() => (sent += 1)));
    await runtime.settle();
    expect([plans.length, sent]).toEqual([1, 0]);
    applied.resolve();
    await Promise.all(publishing);
    await bus.publish(Done, { n: 10 });
    expect([plans.length, sent]).toEqual([1, 10]);
    await bus.publish(Other, { n: 0 });
    expect(plans.length).toBe(2);
    await bus.stop();
  });

  it('ends in time when declaring hangs, and the next one tries again', async () => {
    let tries = 0;
    const { bus, runtime, plans } = await startedBus(() => (tries++ === 0 ? new Promise(() => undefined) : Promise.resolve()));
    const both = [bus.publish(Done, { n: 1 }), bus.publish(Done, { n: 2 })].map(outcomeOf);
    await runtime.advance(999);
    expect(plans.length).toBe(1);
    await runtime.advance(1);
    for (const error of await Promise.all(both))
      expect(error).toMatchObject({
        code: 'SEND_REJECTED',
        cause: { message: 'the transport did not answer within 1000 ms' },
        details: { contract: 'jobs.done', outcome: 'rejected', retryable: true },
      });
    expect(runtime.pendingTimers()).toBe(0);
    await bus.publish(Done, { n: 3 });
    expect(plans.length).toBe(2);
    await bus.stop();
  });

  it('is left when its signal aborts; the others wait on', async () => {
    const applied = gate();
    const { bus } = await startedBus(() => applied.promise);
    const giveUp = new AbortController();
    const left = outcomeOf(bus.publish(Done, { n: 1 }, { signal: giveUp.signal }));
    const stays = bus.publish(Done, { n: 2 });
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await left).toMatchObject({ code: 'SEND_REJECTED', cause: reason });
    applied.resolve();
    await stays;
    await bus.stop();
  });

  it('fails with the cause when declaring fails, and the next one tries again', async () => {
    let tries = 0;
    const failing = async (): Promise<void> => {
      tries += 1;
      if (tries === 1) throw new Error('access refused');
      if (tries === 2) throw new ConnectionError('TRANSPORT_NOT_OPEN', 'gone');
    };
    const { bus } = await startedBus(failing);
    expect(await outcomeOf(bus.publish(Done, { n: 1 }))).toMatchObject({ code: 'SEND_REJECTED', cause: { message: 'access refused' } });
    expect(await codeOf(bus.publish(Done, { n: 1 }))).toBe('TRANSPORT_NOT_OPEN');
    await bus.publish(Done, { n: 1 });
    expect(tries).toBe(3);
    await bus.stop();
  });

  it('is given up when the bus stops, and leaves no timer', async () => {
    const { bus, runtime } = await startedBus(() => new Promise(() => undefined));
    const publishing = outcomeOf(bus.publish(Done, { n: 1 }));
    await bus.stop();
    expect(await publishing).toMatchObject({ code: 'SEND_REJECTED', cause: { message: 'the bus stopped' } });
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('works in a handler that stop waits for', async () => {
    const begun = gate();
    const go = gate();
    const done = handler(Done, async ({ n }, context) => {
      begun.resolve();
      await go.promise;
      await context.publish(Other, { n });
    });
    const { bus, plans, runtime } = await startedBus(() => Promise.resolve(), { endpoints: [endpoint('jobs', { handlers: [done] })] });
    const before = plans.length;
    await bus.publish(Done, { n: 1 });
    await begun.promise;
    const stopping = bus.stop();
    go.resolve();
    await stopping;
    expect(plans.length).toBe(before + 1);
    expect(runtime.logged.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('declares again after the next start, and never what is listed', async () => {
    const { bus, plans } = await startedBus(() => Promise.resolve(), { publishes: [Other] });
    expect(plans.length).toBe(1);
    await bus.publish(Other, { n: 1 });
    await bus.publish(Done, { n: 1 });
    expect(plans.length).toBe(2);
    await bus.stop();
    await bus.start();
    await bus.publish(Other, { n: 1 });
    expect(plans.length).toBe(3);
    await bus.publish(Done, { n: 1 });
    expect(plans.length).toBe(4);
    await bus.stop();
  });

  it.each(['validate', 'assume'] as const)('is refused where nothing may be declared (%s)', async (provisioning) => {
    const broker = memoryBroker();
    const first = createBus({ transport: memory({ broker }), publishes: [Other] });
    await first.start();
    const { transport, plans } = transportWith(() => Promise.resolve(), broker);
    const bus = createBus({ transport, provisioning, publishes: [Other] });
    await bus.start();
    await bus.publish(Other, { n: 1 });
    expect(await outcomeOf(bus.publish(Done, { n: 1 }))).toMatchObject({
      code: 'CONTRACT_NOT_DECLARED',
      details: { contract: 'jobs.done' },
    });
    expect(plans).toEqual([]);
    await bus.stop();
    await first.stop();
  });
});

describe('provisioning', () => {
  const done = handler(Done, () => undefined);

  it('`validate` refuses to start where something is missing, names it, and changes nothing', async () => {
    const broker = memoryBroker();
    const options = { transport: memory({ broker }), endpoints: [endpoint('watch', { handlers: [done] })] };
    const validating = createBus({ ...options, provisioning: 'validate' });
    expect(await outcomeOf(validating.start())).toMatchObject({
      code: 'TOPOLOGY_DIFFERS',
      message: expect.stringMatching(/the \w+ "watch" is missing/) as string,
    });
    expect(broker.endpoints()).toEqual([]);
    expect(validating.state).toBe('stopped');
    const applying = createBus({ ...options, transport: memory({ broker }) });
    await applying.start();
    await validating.start();
    await Promise.all([applying.stop(), validating.stop()]);
  });

  it('`validate` names the setting that differs', async () => {
    const transport = memory();
    const entity = { kind: 'queue', name: 'watch', settings: {} };
    const topology = overlay(transport.topology, {
      compare: () => Promise.resolve([{ entity, kind: 'different', setting: 'durable', wanted: 'true', actual: 'false' }]),
    });
    const bus = createBus({ transport: overlay<IMessageTransport>(transport, { topology }), provisioning: 'validate' });
    expect(await outcomeOf(bus.start())).toMatchObject({
      code: 'TOPOLOGY_DIFFERS',
      message: expect.stringContaining('the queue "watch" has durable false, wanted true') as string,
    });
  });

  it('`assume` asks nobody', async () => {
    const { transport, plans } = transportWith(() => Promise.reject(new Error('must not be asked')));
    const bus = createBus({ transport, provisioning: 'assume', publishes: [Done] });
    await bus.start();
    await bus.stop();
    expect(plans).toEqual([]);
  });
});
