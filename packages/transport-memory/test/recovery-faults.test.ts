import { describe, expect, it } from 'vitest';
import type { Bus, EndpointOptions, Event, Query } from '@waybill/core';
import { createBus, defineEvent, defineQuery, endpoint, Fault, handler, isBusError, isFaultOf, UnrecoverableError } from '@waybill/core';
import { HEADERS } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { recoveryBench, Work } from './support/recovery-bench.ts';
import { memory } from '../src/index.ts';

const Done: Event<Work> = defineEvent('jobs.done');
const GetTotal: Query<Work, number> = defineQuery('jobs.get-total');
const boom = handler(Work, () => {
  throw Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
});

/** Another service on the same broker that listens for faults. */
async function faultsOf(
  bench: Awaited<ReturnType<typeof recoveryBench>>,
  options: Partial<EndpointOptions> = {},
): Promise<{ readonly faults: Fault[]; readonly bus: Bus }> {
  const faults: Fault[] = [];
  const bus = createBus({
    transport: memory({ broker: bench.broker }),
    runtime: bench.runtime as VirtualRuntime,
    endpoints: [endpoint('ops', { handlers: [handler(Fault, (fault) => void faults.push(fault))], ...options })],
  });
  await bus.start();
  return { faults, bus };
}

describe('a message that is given up', () => {
  it('is told to all that handle Fault, with the message as it was sent, before it is a dead letter', async () => {
    const mean = handler(Work, (work) => {
      (work as { n: number }).n = 99;
      throw Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
    });
    await using bench = await recoveryBench({ handlers: [mean], recovery: { retries: 1, redeliver: ['10s'] } });
    const { faults, bus } = await faultsOf(bench);
    await bench.bus.send(Work, { n: 1 }, { messageId: 'm', correlationId: 'c' });
    await bench.runtime.advance(9_999);
    expect(faults).toEqual([]);
    await bench.runtime.advance(2);
    expect(faults).toEqual([
      {
        reason: 'failed',
        endpoint: 'jobs',
        attempts: 4,
        failedAt: '2026-01-01T00:00:10.000Z',
        messageId: 'm',
        messageName: 'jobs.work',
        message: { n: 1 },
        errors: [{ name: 'TypeError', code: 'E_BOOM', message: 'boom', stack: expect.stringContaining('recovery-faults') as string }],
      },
    ]);
    expect((await bench.deadLetters()).length).toBe(1);
    await bus.stop();
  });

  it('has a fault that is typed by its contract, and carries the links of its message', async () => {
    await using bench = await recoveryBench({ handlers: [boom] });
    const seen: unknown[] = [];
    const { bus } = await faultsOf(bench, {
      handlers: [
        handler(Fault, (fault, context) => {
          if (isFaultOf(fault, Done)) throw new Error('it is none of Done');
          if (isFaultOf(fault, Work)) seen.push(fault.message?.n, context.causationId, context.correlationId, context.headers.size);
        }),
      ],
    });
    await bench.bus.send(Work, { n: 7 }, { messageId: 'm', correlationId: 'c' });
    await bench.runtime.settle();
    expect(seen).toEqual([7, 'm', 'c', 0]);
    await bus.stop();
  });

  it.each([
    ['unreadable', { body: '{' }, undefined, 'BODY_UNREADABLE'],
    ['expired', { expires: '2020-01-01T00:00:00.000Z' }, { n: 1 }, 'MESSAGE_EXPIRED'],
    ['version-too-new', { version: '9' }, { n: 1 }, 'VERSION_TOO_NEW'],
  ] as const)(
    'is told also when it is %s',
    async (reason, { body = '{"n":1}', expires, version }: { body?: string; expires?: string; version?: string }, message, code) => {
      await using bench = await recoveryBench({ handlers: [boom] });
      const { faults, bus } = await faultsOf(bench);
      const headers = new Map([
        [HEADERS.name, 'jobs.work'],
        ...(expires === undefined ? [] : ([[HEADERS.expires, expires]] as const)),
        ...(version === undefined ? [] : ([[HEADERS.version, version]] as const)),
      ]);
      await bench.outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body: new TextEncoder().encode(body) }], {});
      await bench.runtime.settle();
      expect(faults.map((fault) => [fault.reason, fault.message, fault.errors[0]?.code])).toEqual([[reason, message, code]]);
      await bus.stop();
    },
  );

  it('names each of several handlers that failed', async () => {
    const handlers = ['one', 'two'].map((id) => handler(Done, () => Promise.reject(new Error(id)), { id }));
    await using bench = await recoveryBench({ handlers });
    const { faults, bus } = await faultsOf(bench);
    await bench.bus.publish(Done, { n: 1 });
    await bench.runtime.settle();
    expect(faults[0]?.errors.map(({ message }) => message)).toEqual(['one', 'two']);
    await bus.stop();
  });

  it('goes to the endpoint of `faultTo` and to nobody else', async () => {
    await using bench = await recoveryBench({ handlers: [boom] });
    const all = await faultsOf(bench);
    const mine: Fault[] = [];
    const bus = createBus({
      transport: memory({ broker: bench.broker }),
      runtime: bench.runtime,
      endpoints: [endpoint('mine', { handlers: [handler(Fault, (fault) => void mine.push(fault))] })],
    });
    await bus.start();
    await bench.bus.send(Work, { n: 1 }, { faultTo: 'mine' });
    await bench.runtime.settle();
    expect([mine.length, all.faults.length]).toEqual([1, 0]);
    await bus.stop();
    await all.bus.stop();
  });

  it('is told to who asked: the request fails with it, and no topic hears of it', async () => {
    const total = handler(GetTotal, () => {
      throw new UnrecoverableError('no total');
    });
    await using bench = await recoveryBench({ handlers: [total] });
    const { faults, bus } = await faultsOf(bench);
    const error = await bench.bus.request(GetTotal, { n: 1 }, { to: 'jobs' }).catch((reason: unknown) => reason);
    expect(isBusError(error, 'REQUEST_FAULTED') && error.details['fault']).toMatchObject({
      reason: 'failed',
      messageName: 'jobs.get-total',
      errors: [{ code: 'UNRECOVERABLE', message: 'no total' }],
    });
    expect(String(error)).toContain('"jobs.get-total" failed at the endpoint "jobs": UnrecoverableError: no total. See');
    await bench.runtime.settle();
    expect([faults.length, (await bench.deadLetters()).length]).toEqual([0, 1]);
    await bus.stop();
  });

  it('leaves the message and the stacks out where they are too large for the broker', async () => {
    await using bench = await recoveryBench({ handlers: [boom] });
    const { faults, bus } = await faultsOf(bench);
    const body = new TextEncoder().encode(JSON.stringify({ n: 1, padding: 'x'.repeat(262_000) }));
    await bench.outside.send(
      [{ destination: { kind: 'endpoint', name: 'jobs' }, headers: new Map([[HEADERS.name, 'jobs.work']]), body }],
      {},
    );
    await bench.runtime.settle();
    expect(faults.map(({ message, errors }) => [message, errors[0]?.message, errors[0]?.stack])).toEqual([[undefined, 'boom', undefined]]);
    await bus.stop();
  });
});

describe('a fault', () => {
  it('of a fault is not told: a handler of faults that fails begins no circle', async () => {
    await using bench = await recoveryBench({ handlers: [boom] });
    let calls = 0;
    const { bus } = await faultsOf(bench, {
      handlers: [
        handler(Fault, () => {
          calls += 1;
          throw new Error('no');
        }),
      ],
    });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(60_000);
    expect([calls, await bench.outside.deadLetters.count('ops')]).toEqual([1, 1]);
    await bus.stop();
  });

  it.each([
    ['an endpoint that is not there', 'nowhere'],
    ['what is no name', 'No Where'],
  ])('that cannot be sent is logged, and the message is a dead letter all the same: %s', async (_, faultTo) => {
    await using bench = await recoveryBench({ handlers: [boom] });
    const headers = new Map([
      [HEADERS.name, 'jobs.work'],
      [HEADERS.faultTo, faultTo],
    ]);
    await bench.outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body: new TextEncoder().encode('{"n":1}') }], {});
    await bench.runtime.settle();
    expect([bench.times('fault.failed'), (await bench.deadLetters()).length]).toEqual([1, 1]);
  });

  it.each(['Not A Name', 5, ''])('cannot be asked for at %j', async (faultTo) => {
    await using bench = await recoveryBench({ handlers: [boom] });
    const error = await bench.bus.send(Work, { n: 1 }, { faultTo: faultTo as string }).catch((reason: unknown) => reason);
    expect(isBusError(error, 'OPTION_INVALID')).toBe(true);
  });

  it('of a message that a rule discards is not told', async () => {
    await using bench = await recoveryBench({ handlers: [boom], recovery: { rules: [{ matches: () => true, action: 'discard' }] } });
    const { faults, bus } = await faultsOf(bench);
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.settle();
    expect(faults).toEqual([]);
    await bus.stop();
  });
});
