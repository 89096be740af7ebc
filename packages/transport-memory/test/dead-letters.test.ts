import { describe, expect, it } from 'vitest';
import type { BoundHandler, Bus, BusOptions, DeadLetterItem, DeadLetterOutcome, EndpointOptions } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, UnrecoverableError } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { HEADERS, systemRuntime } from '@waybill/core/transport';
import type { MemoryBroker, MemoryLikeness } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';
import type { ManualRuntime } from './support/manual-runtime.ts';
import { manualRuntime } from './support/manual-runtime.ts';

interface Work {
  readonly n: number;
}
const Work = defineCommand<Work>('jobs.work');
const Other = defineCommand<Work>('jobs.other');

interface Bench {
  readonly bus: Bus;
  readonly runtime: ManualRuntime;
  readonly broker: MemoryBroker;
  readonly transport: IMessageTransport;
  /** What the handler does from now on. */
  works: boolean;
  readonly handled: { readonly n: number; readonly attempt: number; readonly messageId: string }[];
  /** Sends 0 … count − 1 and lets them fail. */
  readonly fail: (count: number) => Promise<void>;
}

async function open(
  options: Partial<EndpointOptions> & { readonly like?: MemoryLikeness } = {},
  bus: Partial<BusOptions> = {},
): Promise<Bench> {
  const { like, ...rest } = options;
  const broker = memoryBroker(like === undefined ? {} : { like });
  const runtime = manualRuntime();
  const transport = memory({ broker });
  const bench = { broker, runtime, transport, works: false, handled: [] } as unknown as { -readonly [K in keyof Bench]: Bench[K] };
  const work: BoundHandler<typeof Work> = handler(Work, ({ n }, { attempt, messageId }) => {
    if (!bench.works) throw new UnrecoverableError(`number ${n} fails`);
    bench.handled.push({ n, attempt, messageId });
  });
  bench.bus = createBus({
    name: 'jobs',
    transport,
    runtime,
    endpoints: [endpoint('jobs', { handlers: [work], ...rest })],
    ...bus,
  } as BusOptions);
  await bench.bus.start();
  bench.fail = async (count) => {
    for (let n = 0; n < count; n += 1) await bench.bus.send(Work, { n }, { messageId: `id-${n}`, partitionKey: 'k' });
    await runtime.settle();
  };
  return bench;
}

const all = async (letters: AsyncIterable<DeadLetterItem>): Promise<DeadLetterItem[]> => {
  const found: DeadLetterItem[] = [];
  for await (const letter of letters) found.push(letter);
  return found;
};
const numbers = (letters: readonly DeadLetterItem[]): number[] => letters.map((letter) => (letter.read() as Work).n);
const statuses = (outcomes: readonly DeadLetterOutcome[]): string[] => outcomes.map(({ status }) => status);

describe.each<MemoryLikeness | undefined>([undefined, 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'])(
  'dead letters like %s',
  (like) => {
    const form = like === undefined ? {} : { like };

    it('tell what happened, and listing changes nothing', async () => {
      const { bus, runtime, fail } = await open(form);
      await fail(3);
      const letters = bus.deadLetters('jobs');
      const first = await all(letters.list());
      expect(first[0]).toMatchObject({
        reason: 'failed',
        error: 'UNRECOVERABLE: number 0 fails',
        attempts: 1,
        origin: 'jobs',
        messageId: 'id-0',
        name: 'jobs.work',
        deadLetteredAt: new Date(runtime.now()),
      });
      expect(numbers(first)).toEqual([0, 1, 2]);
      const second = await all(letters.list());
      expect(second.map(({ id, headers }) => [id, Array.from(headers)])).toEqual(first.map(({ id, headers }) => [id, Array.from(headers)]));
      expect(await letters.count()).toBe(3);
      expect(numbers([(await letters.get(first[1]?.id as string)) as DeadLetterItem])).toEqual([1]);
      expect(await letters.get('nothing')).toBeUndefined();
      await bus.stop();
    });

    it('go back with their id, as if they were new, and only once', async () => {
      const bench = await open(form);
      const { bus, runtime } = bench;
      await bench.fail(3);
      bench.works = true;
      const letters = bus.deadLetters('jobs');
      const [first] = await all(letters.list());
      const report = await letters.return(first?.id as string);
      expect(report).toEqual({ outcomes: [{ id: first?.id, status: 'returned' }], complete: true });
      expect(statuses((await letters.return([first?.id as string, 'nothing'])).outcomes)).toEqual(['gone', 'gone']);
      expect(statuses((await letters.return(() => true)).outcomes)).toEqual(['returned', 'returned']);
      await runtime.settle();
      expect(bench.handled).toEqual([0, 1, 2].map((n) => ({ n, attempt: 1, messageId: `id-${n}` })));
      expect(await letters.count()).toBe(0);
      await bus.stop();
    });

    it('that fail again after their return can be returned again', async () => {
      const bench = await open(form);
      await bench.fail(1);
      const letters = bench.bus.deadLetters('jobs');
      for (let times = 0; times < 3; times += 1) {
        expect(statuses((await letters.return(() => true)).outcomes)).toEqual(['returned']);
        await bench.runtime.settle();
      }
      const [letter] = await all(letters.list());
      expect(letter).toMatchObject({ messageId: 'id-0', attempts: 1 });
      await bench.bus.stop();
    });

    it('are discarded for good', async () => {
      const bench = await open(form);
      await bench.fail(4);
      bench.works = true;
      const letters = bench.bus.deadLetters('jobs');
      const report = await letters.discard((letter) => (letter.read() as Work).n % 2 === 0);
      expect(statuses(report.outcomes)).toEqual(['discarded', 'discarded']);
      await bench.runtime.settle();
      expect(numbers(await all(letters.list()))).toEqual([1, 3]);
      expect(bench.handled).toEqual([]);
      await bench.bus.stop();
    });
  },
);

describe('a listing', () => {
  it('goes on where the one before it ended', async () => {
    const { bus, fail } = await open();
    await fail(250);
    const letters = bus.deadLetters('jobs');
    const seen: number[] = [];
    let after: string | undefined;
    let listings = 0;
    do {
      const listing = letters.list({ limit: 120, ...(after === undefined ? {} : { after }) });
      seen.push(...numbers(await all(listing)));
      after = listing.cursor;
      listings += 1;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(listings).toBe(3);
    const some = letters.list({ where: (letter) => (letter.read() as Work).n % 7 === 3, limit: 5 });
    expect(numbers(await all(some))).toEqual([3, 10, 17, 24, 31]);
    const more = letters.list({ where: (letter) => (letter.read() as Work).n % 7 === 3, limit: 2, after: some.cursor as string });
    expect(numbers(await all(more))).toEqual([38, 45]);
    await bus.stop();
  });

  it('says when letters may be missing, because somebody holds them', async () => {
    const { bus, broker, fail } = await open({ like: 'rabbitmq' });
    await fail(3);
    const letters = bus.deadLetters('jobs');
    const [held] = await all(letters.list());
    const other = memory({ broker });
    await other.open({ runtime: systemRuntime(), onState: () => undefined });
    let release!: () => void;
    const taking = other.deadLetters.take('jobs', [held?.id as string], () => new Promise<void>((resolve) => (release = resolve)));
    const listing = letters.list();
    expect(numbers(await all(listing))).toEqual([1, 2]);
    expect(listing.complete).toBe(false);
    expect((await letters.summary()).complete).toBe(false);
    expect((await letters.discard(() => false)).complete).toBe(false);
    release();
    await taking;
    expect(numbers(await all(listing))).toEqual([1, 2]);
    expect(listing.complete).toBe(true);
    await other.close();
    await bus.stop();
  });

  it('ends when its signal aborts', async () => {
    const { bus, fail } = await open();
    await fail(2);
    const reason = new Error('enough');
    await expect(all(bus.deadLetters('jobs').list({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    await bus.stop();
  });

  it('decodes a body only when asked, and says what is wrong with it', async () => {
    const { bus, transport, runtime } = await open();
    const headers = new Map([[HEADERS.name, 'jobs.work']]);
    await transport.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body: new Uint8Array([123]) }], {});
    await runtime.settle();
    const [letter] = await all(bus.deadLetters('jobs').list());
    expect([letter?.reason, ...(letter?.body ?? [])]).toEqual(['unreadable', 123]);
    expect(() => letter?.read()).toThrow(expect.objectContaining({ code: 'BODY_UNREADABLE' }) as Error);
    await bus.stop();
  });
});

describe('a summary', () => {
  it('counts by reason and by name, also names that no object could hold', async () => {
    const { bus, transport, runtime, fail } = await open({ onUnknown: 'dead-letter' });
    await fail(3);
    const send = (name: string, version: string): unknown =>
      transport.send(
        [
          {
            destination: { kind: 'endpoint', name: 'jobs' },
            headers: new Map([
              [HEADERS.name, name],
              [HEADERS.version, version],
            ]),
            body: new Uint8Array([123, 125]),
          },
        ],
        {},
      );
    await send('__proto__', '1');
    await send('jobs.work', '9');
    await runtime.settle();
    const summary = await bus.deadLetters('jobs').summary();
    expect(summary.total).toBe(5);
    expect(Array.from(summary.byReason)).toEqual([
      ['failed', 3],
      ['unknown', 1],
      ['version-too-new', 1],
    ]);
    expect(Array.from(summary.byName)).toEqual([
      ['jobs.work', 4],
      ['__proto__', 1],
    ]);
    expect(summary.complete).toBe(true);
    expect(await bus.deadLetters('jobs').summary({ limit: 2 })).toMatchObject({ total: 2, complete: false });
    await bus.stop();
  });
});

describe('a return', () => {
  it('leaves in place what cannot be sent, and tells why, letter by letter', async () => {
    const bench = await open({ like: 'rabbitmq' });
    const { bus, broker } = bench;
    await bench.fail(3);
    bench.works = true;
    const told: DeadLetterOutcome[] = [];
    broker.faults.rejectSends(1);
    const report = await bus.deadLetters('jobs').return(() => true, {
      onProgress: (outcome) => {
        told.push(outcome);
        throw new Error('a listener that fails');
      },
    });
    expect(report.outcomes).toMatchObject([
      { status: 'failed', error: { code: 'SEND_REJECTED' } },
      { status: 'returned' },
      { status: 'returned' },
    ]);
    expect(told).toEqual(report.outcomes);
    await bench.runtime.settle();
    expect(numbers(await all(bus.deadLetters('jobs').list()))).toEqual([0]);
    expect(bench.handled.map(({ n }) => n)).toEqual([1, 2]);
    await bus.stop();
  });

  it('does not chase what fails again while it runs, and stops at its limit', async () => {
    const bench = await open();
    await bench.fail(120);
    const letters = bench.bus.deadLetters('jobs');
    const report = await letters.return(() => true, { limit: 110 });
    await bench.runtime.settle();
    expect(report.outcomes.length).toBe(110);
    expect(report.complete).toBe(false);
    expect(await letters.count()).toBe(120);
    await expect(letters.return(() => true, { limit: 0 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await bench.bus.stop();
  });

  it('is given up between two letters when its signal aborts', async () => {
    const bench = await open();
    await bench.fail(120);
    const letters = bench.bus.deadLetters('jobs');
    const ids = (await all(letters.list())).map(({ id }) => id);
    const giveUp = new AbortController();
    const { outcomes } = await letters.discard(ids, { signal: giveUp.signal, onProgress: () => giveUp.abort() });
    const done = statuses(outcomes).filter((status) => status === 'discarded').length;
    expect(statuses(outcomes).filter((status) => status === 'untried').length).toBe(120 - done);
    expect([outcomes.length, done]).toEqual([120, 50]);
    expect(await letters.count()).toBe(120 - done);
    await bench.bus.stop();
  });

  it('says what is not known when the broker fails', async () => {
    const bench = await open();
    await bench.fail(2);
    const letters = bench.bus.deadLetters('jobs');
    const ids = (await all(letters.list())).map(({ id }) => id);
    const lost = new Error('the connection is lost');
    Object.assign(bench.transport.deadLetters, {
      take: async (_endpoint: string, [first]: readonly string[], act: (letter: unknown) => Promise<void>) => {
        await act({ id: first, message: { headers: new Map(), body: new Uint8Array([123, 125]) } });
        throw lost;
      },
    });
    expect((await letters.discard(ids)).outcomes).toEqual([
      { id: ids[0], status: 'unknown', error: lost },
      { id: ids[1], status: 'failed', error: lost },
    ]);
    await bench.bus.stop();
  });

  it('drops an expiry that is past, and keeps one that is not', async () => {
    const bench = await open();
    const { bus, runtime } = bench;
    await bus.endpoint('jobs').pause();
    await bus.send(Work, { n: 1 }, { timeToLive: '5s', messageId: 'expires' });
    await runtime.advance(6_000);
    await bus.endpoint('jobs').resume();
    await runtime.settle();
    bench.works = true;
    const letters = bus.deadLetters('jobs');
    const [expired] = await all(letters.list());
    expect(expired?.reason).toBe('expired');
    await letters.return(() => true);
    await runtime.settle();
    expect(bench.handled).toMatchObject([{ n: 1, messageId: 'expires' }]);
    await bus.stop();
  });

  it('keeps its lane', async () => {
    const bench = await open({ ordered: true });
    await bench.fail(1);
    bench.works = true;
    await bench.bus.deadLetters('jobs').return(() => true);
    await bench.runtime.settle();
    expect(bench.handled.length).toBe(1);
    expect(bench.runtime.logged.filter(({ level }) => level === 'warn')).toEqual([]);
    await bench.bus.stop();
  });

  it('goes to the endpoint whose letter it is, not to the origin that a header tells, and knows the namespace', async () => {
    const bench = await open({}, { namespace: 'staging' });
    await bench.fail(1);
    bench.works = true;
    const letters = bench.bus.deadLetters('jobs');
    expect((await all(letters.list()))[0]?.origin).toBe('staging.jobs');
    await letters.return(() => true);
    await bench.runtime.settle();
    expect(bench.handled.length).toBe(1);
    await bench.bus.stop();
  });
});

describe('the dead letters of a bus', () => {
  it('are at hand only while it runs, and only those of its endpoints', async () => {
    const { bus } = await open();
    expect(() => bus.deadLetters('other')).toThrow(expect.objectContaining({ code: 'ENDPOINT_UNKNOWN' }) as Error);
    await bus.stop();
    expect(() => bus.deadLetters('jobs')).toThrow(expect.objectContaining({ code: 'BUS_STOPPED' }) as Error);
    const idle = createBus({
      name: 'idle',
      transport: memory(),
      endpoints: [endpoint('jobs', { handlers: [handler(Other, () => undefined)] })],
    });
    expect(() => idle.deadLetters('jobs')).toThrow(expect.objectContaining({ code: 'BUS_NOT_STARTED' }) as Error);
  });
});
