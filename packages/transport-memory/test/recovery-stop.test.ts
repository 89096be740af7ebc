import { describe, expect, it } from 'vitest';
import type { BoundHandler, ConsumeContext, Query } from '@waybill/core';
import { createBus, defineCommand, defineQuery, endpoint, handler, silentLogger, typed } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import type { MemoryBroker } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';

interface Work {
  readonly n: number;
}
const Work = defineCommand<Work>('jobs.work');
const Ask: Query<Work, number> = defineQuery('jobs.ask');
const AskNamed = defineQuery('jobs.ask-named', { schema: typed<Work>(), replies: { found: typed<number>() } });

/** A handler that misbehaves, and how its message ends when nobody stops it. */
interface Misbehaviour {
  readonly how: string;
  readonly bound: BoundHandler;
  readonly version?: string;
  /** Reason and code of its dead letter; nothing where it is handled all the same. */
  readonly ends: string | undefined;
}

const sleepy = (context: ConsumeContext): Promise<void> =>
  new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason as Error), { once: true }));

/** A thenable that calls nobody back. */
const neverEnding = Object.fromEntries([['t', 'hen'].join('')].map((name) => [name, () => undefined]));

const misbehaviours: readonly Misbehaviour[] = [
  { how: 'throws', bound: handler(Work, () => Promise.reject(new Error('boom'))), ends: 'failed Error' },
  { how: 'throws at once', bound: handler(Work, () => raise('boom')), ends: 'failed Error' },
  { how: 'hangs, and heeds its signal', bound: handler(Work, (_, context) => sleepy(context)), ends: 'failed HANDLER_TIMEOUT' },
  { how: 'hangs for ever', bound: handler(Work, () => new Promise<void>(() => undefined)), ends: 'failed HANDLER_TIMEOUT' },
  { how: 'returns what never ends', bound: handler(Work, () => neverEnding as never), ends: 'failed HANDLER_TIMEOUT' },
  { how: 'returns a value that nobody wants', bound: handler(Work, () => 'garbage' as never), ends: undefined },
  { how: 'replies with what cannot be written', bound: handler(Ask, () => (() => 5) as never), ends: 'failed MESSAGE_NOT_SERIALIZABLE' },
  { how: 'replies with nothing', bound: handler(Ask, () => undefined as never), ends: 'failed REPLY_MISSING' },
  { how: 'replies with an unknown kind', bound: handler(AskNamed, () => ({ kind: 'lost' }) as never), ends: 'failed REPLY_UNEXPECTED' },
  { how: 'gets a newer version', bound: handler(Work, () => undefined), version: '2', ends: 'version-too-new VERSION_TOO_NEW' },
];

describe.each(misbehaviours)('a handler that $how', ({ bound, version, ends }) => {
  it('has a coded end, and loses nothing', async () => {
    const bench = await open();
    const bus = bench.bus(bound);
    await bus.start();
    await bench.send(bound.contract.name, version);
    await bench.runtime.advance(600_000);
    await stopped(bus.stop(), bench.runtime);
    expect(await bench.ends()).toEqual(ends === undefined ? [] : [ends]);
    expect(bench.broker.inUse()).toEqual(bench.inUseAtFirst);
    await bench.close();
  });

  it.each([0, 1, 500, 1_500, 30_000])('ends the same way when stop() comes %i ms after it, and another start', async (afterMs) => {
    const bench = await open();
    const first = bench.bus(bound);
    await first.start();
    await bench.send(bound.contract.name, version);
    if (afterMs > 0) await bench.runtime.advance(afterMs);
    await stopped(first.stop(), bench.runtime);
    const second = bench.bus(bound);
    await second.start();
    await bench.runtime.advance(600_000);
    await stopped(second.stop(), bench.runtime);
    expect(await bench.ends()).toEqual(ends === undefined ? [] : [ends]);
    expect(bench.runtime.openTimers).toBe(0);
    await bench.close();
  });
});

interface StopBench {
  readonly runtime: VirtualRuntime;
  readonly broker: MemoryBroker;
  readonly inUseAtFirst: unknown;
  bus(bound: BoundHandler): ReturnType<typeof createBus>;
  send(name: string, version: string | undefined): Promise<void>;
  /** Reason and code of each dead letter. */
  ends(): Promise<readonly string[]>;
  close(): Promise<void>;
}

async function open(): Promise<StopBench> {
  const runtime = virtualRuntime({ logger: silentLogger });
  const broker = memoryBroker();
  const outside: IMessageTransport = memory({ broker });
  await outside.open({ runtime, onState: () => undefined });
  const inbox = await outside.replies(() => undefined);
  return {
    runtime,
    broker,
    inUseAtFirst: broker.inUse(),
    bus: (bound) =>
      createBus({
        transport: memory({ broker }),
        runtime,
        drainTimeout: '5s',
        endpoints: [endpoint('jobs', { handlers: [bound], timeout: '20s', recovery: { retries: 1, redeliver: ['1s'] } })],
      }),
    send: async (name, version) => {
      const headers = new Map([
        [HEADERS.name, name],
        [HEADERS.replyTo, inbox.address],
        ...(version === undefined ? [] : ([[HEADERS.version, version]] as const)),
      ]);
      const [outcome] = await outside.send(
        [{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body: new TextEncoder().encode('{"n":1}') }],
        {},
      );
      expect(outcome?.status).toBe('accepted');
    },
    ends: async () =>
      (await outside.deadLetters.list('jobs', { limit: 10 })).letters.map(
        ({ message: { headers } }) => `${headers.get(HEADERS.reason)} ${headers.get(HEADERS.error)?.split(':')[0]}`,
      ),
    close: () => outside.close(),
  };
}

/** Lets time pass until the bus has stopped. */
async function stopped(stopping: Promise<void>, runtime: VirtualRuntime): Promise<void> {
  await runtime.advance(60_000);
  await stopping;
}

function raise(text: string): never {
  throw new Error(text);
}
