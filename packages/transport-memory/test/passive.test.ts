import { describe, expect, it } from 'vitest';
import type { Bus, ConsumeContext, EndpointOptions, PushedMessage, PushedOutcome } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, UnrecoverableError } from '@waybill/core';
import type { ITransportDelivery } from '@waybill/core/transport';
import { HEADERS, systemRuntime } from '@waybill/core/transport';
import type { MemoryBroker } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';
import type { ManualRuntime } from './support/manual-runtime.ts';
import { manualRuntime } from './support/manual-runtime.ts';

interface Work {
  readonly n: number;
}
const Work = defineCommand<Work>('jobs.work');
const Done = defineEvent<Work>('jobs.done');

type Handle = (work: Work, context: ConsumeContext<Work>) => void | Promise<void>;
interface Bench {
  readonly bus: Bus;
  readonly runtime: ManualRuntime;
  readonly broker: MemoryBroker;
}

async function open(handle: Handle, options: Partial<EndpointOptions> = {}, drainTimeout = 30_000): Promise<Bench> {
  const broker = memoryBroker();
  const runtime = manualRuntime();
  const bus = createBus({
    name: 'jobs',
    transport: memory({ broker }),
    runtime,
    drainTimeout,
    publishes: [Done],
    endpoints: [endpoint('jobs', { handlers: [handler(Work, handle)], passive: true, ...options })],
  });
  await bus.start();
  return { bus, runtime, broker };
}

const pushed = (n: number, more: Partial<PushedMessage> = {}): PushedMessage => ({
  nativeId: `native-${n}`,
  headers: new Map([
    [HEADERS.name, 'jobs.work'],
    [HEADERS.id, `id-${n}`],
  ]),
  body: new TextEncoder().encode(JSON.stringify({ n })),
  ...more,
});
const verbs = (outcomes: readonly PushedOutcome[]): string[] => outcomes.map(({ settle }) => settle);
const ofLane = (n: number, lane: string): PushedMessage => pushed(n, { lane });

describe('a passive endpoint', () => {
  it('gives one outcome per message, in their order', async () => {
    const seen: number[] = [];
    const { bus, runtime } = await open(
      ({ n }) => {
        seen.push(n);
        if (n === 1) throw new UnrecoverableError('never');
        if (n === 2) throw new Error('later');
      },
      { recovery: { redeliver: ['10s'] } },
    );
    const unreadable = pushed(4, { body: new Uint8Array([123]) });
    const outcomes = await bus.receive('jobs', [pushed(0), pushed(1), pushed(2, { attempt: 3 }), pushed(3), unreadable]);
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(outcomes.map(({ nativeId }) => nativeId)).toEqual([0, 1, 2, 3, 4].map((n) => `native-${n}`));
    expect(verbs(outcomes)).toEqual(['ack', 'dead-letter', 'redeliver', 'ack', 'dead-letter']);
    const [, given, later, , broken] = outcomes as [unknown, ...(PushedOutcome & { headers: ReadonlyMap<string, string> })[]];
    expect(Object.fromEntries(given?.headers ?? [])).toMatchObject({
      [HEADERS.reason]: 'failed',
      [HEADERS.error]: 'UNRECOVERABLE: never',
      [HEADERS.origin]: 'jobs',
      [HEADERS.failedAt]: new Date(runtime.now()).toISOString(),
    });
    expect(later).toMatchObject({ delayMs: 10_000 });
    expect(later?.headers.get(HEADERS.attempt)).toBe('0'); // the platform has counted all three
    expect(broken?.headers.get(HEADERS.reason)).toBe('unreadable');
    await bus.stop();
  });

  it('fetches nothing: what is sent to it waits at the broker, until the platform pushes it', async () => {
    const seen: number[] = [];
    const { bus, runtime, broker } = await open(({ n }) => void seen.push(n));
    await bus.send(Work, { n: 1 });
    await bus.send(Work, { n: 2 });
    await runtime.settle();
    expect(seen).toEqual([]);
    const platform = memory({ broker });
    await platform.open({ runtime: systemRuntime(), onState: () => undefined });
    const taken: ITransportDelivery[] = [];
    const place = {
      name: 'jobs',
      deadLetter: 'jobs.dead-letter',
      skipped: 'jobs.skipped',
      ordered: false,
      redeliveryDelaysMs: [],
      options: undefined,
    };
    const receiver = platform.receive(place, { prefetch: 10 }, (delivery) => taken.push(delivery));
    await receiver.start();
    await runtime.settle();
    const outcomes = await bus.receive(
      'jobs',
      taken.map(({ message, nativeId, attempt }) => ({ ...message, nativeId, ...(attempt === undefined ? {} : { attempt }) })),
    );
    for (const [index, { settle }] of outcomes.entries()) if (settle === 'ack') await taken[index]?.ack();
    expect(seen).toEqual([1, 2]);
    await platform.close();
    await bus.stop();
  });

  it('sends what its handlers captured before it says ack', async () => {
    const { bus, broker } = await open(async ({ n }, context) => context.publish(Done, { n }));
    broker.faults.rejectSends(1);
    const outcomes = await bus.receive('jobs', [pushed(0)]);
    expect([verbs(outcomes), broker.faults.struck('rejectSend')]).toEqual([['dead-letter'], 1]);
    expect(verbs(await bus.receive('jobs', [pushed(1)]))).toEqual(['ack']);
    await bus.stop();
  });

  it('runs no more handlers at once than its concurrency', async () => {
    let running = 0;
    let most = 0;
    const { bus } = await open(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
      { concurrency: 3 },
    );
    const outcomes = await bus.receive(
      'jobs',
      Array.from({ length: 20 }, (_, n) => pushed(n)),
    );
    expect([new Set(verbs(outcomes)), most]).toEqual([new Set(['ack']), 3]);
    await bus.stop();
  });

  it('keeps the order of a lane: after one that comes again, the rest of the lane goes back', async () => {
    const seen: number[] = [];
    const { bus } = await open(
      ({ n }) => {
        seen.push(n);
        if (n === 2) throw new Error('later');
      },
      { ordered: true, recovery: { redeliver: ['10s'] } },
    );
    const outcomes = await bus.receive('jobs', [
      ofLane(1, 'a'),
      ofLane(2, 'a'),
      ofLane(3, 'b'),
      ofLane(4, 'a'),
      ofLane(5, 'b'),
      ofLane(6, 'a'),
    ]);
    expect(verbs(outcomes)).toEqual(['ack', 'redeliver', 'ack', 'release', 'ack', 'release']);
    expect(seen.filter((n) => n % 2 === 1 && n !== 1)).toEqual([3, 5]);
    expect(seen.includes(4) || seen.includes(6)).toBe(false);
    await bus.stop();
  });

  it('gives back what has no outcome when the time of the platform is over', async () => {
    const time = new AbortController();
    const aborted: unknown[] = [];
    const { bus, runtime } = await open(
      ({ n }, { signal }) =>
        n === 0
          ? undefined
          : new Promise<void>((_, reject) =>
              signal.addEventListener('abort', () => {
                aborted.push(n);
                reject(signal.reason as Error);
              }),
            ),
      { concurrency: 2 },
    );
    const receiving = bus.receive('jobs', [pushed(0), pushed(1), pushed(2), pushed(3)], { signal: time.signal });
    await runtime.settle();
    time.abort(new Error('the function ends'));
    expect(verbs(await receiving)).toEqual(['ack', 'release', 'release', 'release']);
    await runtime.settle();
    expect(aborted).toEqual([1, 2]);
    expect(verbs(await bus.receive('jobs', [pushed(0)], { signal: time.signal }))).toEqual(['release']);
    await bus.stop();
  });

  it('gives back what has not begun when the bus stops, and finishes what runs', async () => {
    let finish!: () => void;
    const running = new Promise<void>((resolve) => (finish = resolve));
    const { bus, runtime } = await open(() => running, { concurrency: 1 });
    const receiving = bus.receive('jobs', [pushed(0), pushed(1)]);
    await runtime.settle();
    const stopping = bus.stop();
    finish();
    await stopping;
    expect(verbs(await receiving)).toEqual(['ack', 'release']);
    await expect(bus.receive('jobs', [pushed(2)])).rejects.toMatchObject({ code: 'BUS_STOPPED' });
  });

  it('gives everything back while it is paused', async () => {
    const { bus } = await open(() => undefined);
    await bus.endpoint('jobs').pause();
    expect(verbs(await bus.receive('jobs', [pushed(0)]))).toEqual(['release']);
    await bus.endpoint('jobs').resume();
    expect(verbs(await bus.receive('jobs', [pushed(0)]))).toEqual(['ack']);
    await bus.stop();
  });
});

describe('receive', () => {
  it('is refused for endpoints that receive by themselves, and for unknown ones', async () => {
    const { bus } = await open(() => undefined, { passive: false });
    await expect(bus.receive('jobs', [pushed(0)])).rejects.toMatchObject({ code: 'ENDPOINT_NOT_PASSIVE' });
    await expect(bus.receive('other', [pushed(0)])).rejects.toMatchObject({ code: 'ENDPOINT_UNKNOWN' });
    await bus.stop();
  });
});
