import { describe, expect, it } from 'vitest';
import type { BusOptions } from '@waybill/core';
import {
  createBus,
  defineCommand,
  defineEvent,
  defineQuery,
  endpoint,
  handler,
  onError,
  silentLogger,
  UnrecoverableError,
} from '@waybill/core';
import { METRICS } from '@waybill/core/telemetry';
import { virtualRuntime } from '@waybill/simulation';
import { memory, memoryBroker } from '@waybill/transport-memory';
import { fakeMeter } from './support/fake-meter.ts';

interface Job {
  readonly id: number;
  readonly does?: 'retry' | 'redeliver' | 'dead-letter' | 'discard';
  readonly takesMs?: number;
}
const Run = defineCommand<Job>('jobs.run');
const Ran = defineEvent<Job>('jobs.ran');
const Strange = defineCommand<Job>('jobs.strange');
const Ask = defineQuery<Job, Job>('jobs.ask');

class Unwanted extends Error {
  override readonly name = 'Unwanted';
}

function start(like?: 'rabbitmq', telemetry?: BusOptions['telemetry']) {
  const runtime = virtualRuntime({ logger: silentLogger });
  const broker = memoryBroker(like === undefined ? {} : { like });
  const transport = () => memory({ broker });
  const fake = fakeMeter();
  const run = handler(Run, async (job, context) => {
    const { takesMs } = job;
    if (takesMs !== undefined) await new Promise<void>((resolve) => void runtime.setTimer(takesMs, resolve));
    await context.publish(Ran, job);
    if (job.does === 'dead-letter') throw new UnrecoverableError('never');
    if (job.does === 'discard') throw new Unwanted();
    if (job.does === 'retry' && context.attempt === 1) throw new TypeError('once more');
    if (job.does === 'redeliver' && context.attempt <= 2) throw new TypeError('later');
  });
  const bus = createBus({
    name: 'jobs',
    provisioning: 'apply',
    transport: transport(),
    runtime,
    telemetry: telemetry ?? { meter: fake.meter },
    endpoints: [
      endpoint('jobs', {
        handlers: [run, handler(Ask, (job) => job)],
        recovery: { retries: 1, redeliver: ['10s'], rules: [onError(Unwanted, 'discard')] },
      }),
      endpoint('quiet', { handlers: [] }),
    ],
  });
  const stranger = createBus({ name: 'stranger', transport: transport(), runtime });
  return { bus, runtime, fake, broker, stranger };
}

describe.each([undefined, 'rabbitmq'] as const)('statistics on memory like %s', (like) => {
  it('count what became of messages, and the meter is told the same', async () => {
    const { bus, runtime, fake, stranger } = start(like);
    await bus.start();
    await stranger.start();
    await bus.send(Run, { id: 1 });
    await bus.send(Run, { id: 2, does: 'retry' });
    await bus.send(Run, { id: 3, does: 'redeliver' });
    await bus.send(Run, { id: 4, does: 'dead-letter' });
    await bus.send(Run, { id: 5, does: 'discard' });
    await stranger.send(Strange, { id: 6 }, { to: 'jobs' });
    await bus.send(Strange, { id: 7 }, { to: 'nowhere' }).catch(() => undefined);
    const asking = bus.request(Ask, { id: 8 });
    await runtime.advance(60_000);
    await asking;
    const { endpoints, sends, replies } = bus.statistics();
    expect(endpoints.map(({ endpoint: name }) => name)).toEqual(['jobs', 'quiet']);
    const [jobs] = endpoints;
    const of = (contract: string) => jobs?.contracts.find((one) => one.contract === contract);
    expect(of('jobs.run')).toMatchObject({
      handled: 3,
      failed: 5,
      retried: 2,
      redelivered: 1,
      deadLettered: 1,
      discarded: 1,
      skipped: 0,
      released: 0,
    });
    expect(of('(unknown)')).toMatchObject({ handled: 0, failed: 0, skipped: 1 });
    expect(of('jobs.ask')).toMatchObject({ handled: 1, failed: 0 });
    expect(jobs?.inFlight).toBe(0);
    expect(replies).toEqual(bus.replies);
    const sent = (destination: string) =>
      sends.filter((one) => one.destination === destination).map(({ accepted, rejected, unknown }) => [accepted, rejected, unknown]);
    expect(sent('jobs')).toEqual([
      [5, 0, 0],
      [1, 0, 0],
    ]);
    expect(sent('jobs.ran')).toEqual([[3, 0, 0]]);
    expect(sent('nowhere')).toEqual([[0, 1, 0]]);
    expect(sent('(temporary)')).toEqual([[1, 0, 0]]);

    const total = (pick: (one: NonNullable<ReturnType<typeof of>>) => number) =>
      endpoints.flatMap(({ contracts }) => contracts).reduce((sum, one) => sum + pick(one), 0);
    expect(fake.sum(METRICS.retries.name)).toBe(total((one) => one.retried));
    expect(fake.sum(METRICS.redeliveries.name)).toBe(total((one) => one.redelivered));
    expect(fake.sum(METRICS.deadLetters.name)).toBe(total((one) => one.deadLettered));
    expect(fake.sum(METRICS.releases.name)).toBe(total((one) => one.released));
    for (const [outcome, pick] of OUTCOMES)
      expect([outcome, fake.sum(METRICS.consumed.name, { 'waybill.outcome': outcome })]).toEqual([outcome, total(pick)]);
    expect(fake.of(METRICS.processDuration.name)).toHaveLength(total(({ durations }) => durations.count));
    expect(fake.of(METRICS.latency.name)).toHaveLength(total(({ latency }) => latency.count));
    expect(fake.sum(METRICS.latency.name) * 1_000).toBeCloseTo(
      total(({ latency }) => latency.sumMs),
      6,
    );
    expect(fake.of(METRICS.inFlight.name).length).toBe(2 * total(({ durations }) => durations.count));
    expect(fake.sum(METRICS.inFlight.name)).toBe(0);
    expect(fake.of(METRICS.processDuration.name, { 'error.type': 'TypeError' })).toHaveLength(3);
    expect(fake.of(METRICS.processDuration.name, { 'error.type': 'UNRECOVERABLE' })).toHaveLength(1);
    expect(fake.sum(METRICS.sent.name)).toBe(sends.reduce((sum, one) => sum + one.accepted + one.rejected + one.unknown, 0));
    expect(fake.sum(METRICS.sent.name, { 'error.type': 'UNROUTABLE' })).toBe(1);
    expect(fake.of(METRICS.sendDuration.name)).toHaveLength(sends.reduce((sum, one) => sum + one.durations.count, 0));
    await stranger.stop();
    await bus.stop();
  });
});

const OUTCOMES = [
  ['handled', (one: { handled: number }) => one.handled],
  ['skipped', (one: { skipped: number }) => one.skipped],
  ['redelivered', (one: { redelivered: number }) => one.redelivered],
  ['dead-lettered', (one: { deadLettered: number }) => one.deadLettered],
  ['discarded', (one: { discarded: number }) => one.discarded],
] as const;

it('durations are told with their percentiles, attempts that run as in flight, and a snapshot stays as it is', async () => {
  const { bus, runtime, fake } = start();
  await bus.start();
  for (let id = 1; id <= 100; id += 1) await bus.send(Run, { id, takesMs: id });
  await runtime.advance(8);
  const early = bus.statistics();
  expect(early.endpoints[0]?.inFlight).toBe(16);
  expect(fake.sum(METRICS.inFlight.name)).toBe(16);
  await runtime.advance(10_000);
  const durations = bus.statistics().endpoints[0]?.contracts[0]?.durations;
  expect(durations).toMatchObject({ count: 100, sumMs: 5_050, maxMs: 100 });
  for (const [told, truth] of [
    [durations?.p50Ms, 50],
    [durations?.p95Ms, 95],
    [durations?.p99Ms, 99],
  ] as const) {
    expect(told).toBeGreaterThanOrEqual(truth);
    expect(told).toBeLessThanOrEqual(Math.min(100, truth * 1.19));
  }
  expect(fake.sum(METRICS.processDuration.name)).toBeCloseTo(5.05, 9);
  expect(early.endpoints[0]?.inFlight).toBe(16);
  expect(
    [early, early.endpoints, early.endpoints[0], early.endpoints[0]?.contracts, early.sends, early.replies].every((one) =>
      Object.isFrozen(one),
    ),
  ).toBe(true);
  await bus.stop();
});

it('a settlement that came too late is counted', async () => {
  const { bus, runtime, fake, broker } = start();
  await bus.start();
  await bus.send(Run, { id: 1, takesMs: 100 });
  await runtime.advance(50);
  broker.faults.cutConnections();
  await runtime.advance(60_000);
  expect(bus.statistics().endpoints[0]?.settleLost).toBe(1);
  expect(fake.of(METRICS.settleLost.name, { 'messaging.destination.name': 'jobs' })).toEqual([1]);
  await bus.stop();
});

it('instruments are made with the names, kinds and units that are approved', () => {
  const { fake } = start();
  expect(Array.from(fake.made, ([name, { kind, unit }]) => [name, kind, unit])).toEqual(
    Object.values(METRICS).map(({ name, kind, unit }) => [name, kind, unit]),
  );
});

it('a bus that does not count says so', () => {
  const { bus } = start(undefined, {});
  expect(() => bus.statistics()).toThrow(expect.objectContaining({ code: 'STATISTICS_OFF' }) as Error);
});

it('statistics work without a meter, and a meter that throws changes nothing', async () => {
  const broken = (): never => {
    throw new Error('no meter today');
  };
  const instrument = { add: broken, record: broken };
  const make = () => instrument;
  for (const telemetry of [{ statistics: true }, { meter: { createCounter: make, createUpDownCounter: make, createHistogram: make } }]) {
    const { bus, runtime } = start(undefined, telemetry);
    await bus.start();
    await bus.send(Run, { id: 1 });
    await runtime.settle();
    expect(bus.statistics().endpoints[0]?.contracts[0]).toMatchObject({ handled: 1, durations: { count: 1 } });
    await bus.stop();
  }
});

it('mistakes in `telemetry` are reported together', () => {
  const telemetry = { traces: 1, tracer: {}, meter: 'm', statistics: 'yes', diagnostics: 0 } as never;
  expect(() => createBus({ transport: memory(), telemetry })).toThrow(
    /traces[^]*`telemetry.tracer`[^]*`telemetry.meter`[^]*`telemetry.statistics`[^]*`telemetry.diagnostics`/,
  );
});
