import { describe, expect, it } from 'vitest';
import type { Bus, Command, Event, LogFields } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { systemRuntime } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';
import { codeOf, gate } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Other: Command<Work> = defineCommand('jobs.other');
const Done: Event<Work> = defineEvent('jobs.done');

/** Opens a second transport on the same broker, to look at what a bus left there. */
async function opened(broker: ReturnType<typeof memoryBroker>): Promise<IMessageTransport> {
  const transport = memory({ broker });
  await transport.open({ runtime: systemRuntime(), onState: () => undefined });
  return transport;
}

describe('a bus on the memory transport', () => {
  it('handles 10,000 messages at concurrency 16: none lost, none twice, never more than 16 at once', async () => {
    const seen = new Map<number, number>();
    const all = gate();
    let running = 0;
    let most = 0;
    const work = handler(Work, async ({ n }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      seen.set(n, (seen.get(n) ?? 0) + 1);
      running -= 1;
      if (seen.size === 10_000) all.resolve();
    });
    await using bus = createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers: [work], concurrency: 16 })] });
    await bus.start();
    for (let n = 0; n < 10_000; n += 1) await bus.send(Work, { n });
    await all.promise;
    await bus.stop();
    expect(Array.from(seen.values()).every((times) => times === 1)).toBe(true);
    expect(most).toBe(16);
  });

  it('stop in the middle finishes what runs, returns the rest, and a new start handles it', async () => {
    const broker = memoryBroker();
    const seen: number[] = [];
    let door = gate();
    const begun = gate();
    let started = 0;
    const work = handler(Work, async ({ n }) => {
      started += 1;
      if (started === 4) begun.resolve();
      await door.promise;
      seen.push(n);
    });
    const bus = createBus({ transport: memory({ broker }), endpoints: [endpoint('jobs', { handlers: [work], concurrency: 4 })] });
    await bus.start();
    for (let n = 0; n < 100; n += 1) await bus.send(Work, { n });
    await begun.promise;
    const stopping = bus.stop();
    door.resolve();
    await stopping;
    expect(started).toBe(4);
    expect(seen.length).toBe(4);
    door = gate();
    door.resolve();
    const rest = gate();
    const later = handler(Work, ({ n }) => {
      seen.push(n);
      if (seen.length === 100) rest.resolve();
    });
    await using second = createBus({ transport: memory({ broker }), endpoints: [endpoint('jobs', { handlers: [later] })] });
    await second.start();
    await rest.promise;
    expect(new Set(seen).size).toBe(100);
  });

  it('stop past the drain timeout aborts the handler and returns its message untried', async () => {
    const broker = memoryBroker();
    const begun = gate();
    const work = handler(Work, async (_, context) => {
      begun.resolve();
      await new Promise((_resolve, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)));
    });
    const bus = createBus({ transport: memory({ broker }), drainTimeout: 10, endpoints: [endpoint('jobs', { handlers: [work] })] });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await begun.promise;
    await bus.stop();
    const transport = await opened(broker);
    expect(await transport.deadLetters.count('jobs')).toBe(0);
    await transport.close();
    const attempt = gate<number>();
    await using again = createBus({
      transport: memory({ broker }),
      endpoints: [endpoint('jobs', { handlers: [handler(Work, (_, context) => attempt.resolve(context.attempt))] })],
    });
    await again.start();
    expect(await attempt.promise).toBe(1);
  });

  it('sends what a handler captured after it returned, and nothing of a failed attempt', async () => {
    const order: string[] = [];
    const got = gate();
    let tries = 0;
    const work = handler(Work, async ({ n }, context) => {
      await context.publish(Done, { n });
      order.push('captured');
      tries += 1;
      if (tries === 1) throw new Error('first attempt');
      order.push('returned');
    });
    const done = handler(Done, (_, context) => {
      order.push(`event ${context.causationId === 'the-id' && context.correlationId === 'flow' ? 'linked' : 'unlinked'}`);
      got.resolve();
    });
    await using bus = createBus({
      transport: memory(),
      endpoints: [endpoint('jobs', { handlers: [work], recovery: { retries: 1 } }), endpoint('watch', { handlers: [done] })],
    });
    await bus.start();
    await bus.send(Work, { n: 1 }, { messageId: 'the-id', correlationId: 'flow' });
    await got.promise;
    expect(order).toEqual(['captured', 'captured', 'returned', 'event linked']);
  });

  it('runs every handler of an event, also when one throws, and publishes to nobody without an error', async () => {
    const ran: string[] = [];
    const all = gate();
    const ids = ['a', 'b', 'c'].map((id) =>
      handler(
        Done,
        () => {
          ran.push(id);
          if (id === 'c') all.resolve();
          if (id === 'a') throw new Error('a fails');
        },
        { id },
      ),
    );
    await using bus = createBus({ transport: memory(), endpoints: [endpoint('watch', { handlers: ids })] });
    await bus.start();
    await bus.publish(Done, { n: 1 });
    await all.promise;
    expect(ran).toEqual(['a', 'b', 'c']);
    await bus.publish(defineEvent<Work>('jobs.unheard'), { n: 1 });
  });

  it('refuses in time, with a code', async () => {
    const bus: Bus = createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers: [handler(Work, () => undefined)] })] });
    expect(await codeOf(bus.send(Work, { n: 1 }))).toBe('BUS_NOT_STARTED');
    await bus.start();
    expect(await codeOf(bus.send(Other, { n: 1 }, { to: 'nowhere' }))).toBe('UNROUTABLE');
    expect(await codeOf(bus.send(Work, { n: 1 }, { headers: JSON.parse('{"__proto__":"x"}') as Record<string, string> }))).toBe(
      'HEADER_NOT_ALLOWED',
    );
    expect(await codeOf(bus.send(Work, { n: 1 }, { headers: { 'waybill-tenant': 'x' } }))).toBe('HEADER_NOT_ALLOWED');
    const big = defineCommand<{ text: string }>('jobs.work');
    expect(await codeOf(bus.send(big, { text: 'x'.repeat(300_000) }))).toBe('MESSAGE_TOO_LARGE');
    expect(await codeOf(bus.send(Done as never, { n: 1 } as never))).toBe('CONTRACT_KIND_MISMATCH');
    await bus.stop();
    expect(await codeOf(bus.send(Work, { n: 1 }))).toBe('BUS_STOPPED');
  });

  it('pauses, resumes, and changes its concurrency while it runs', async () => {
    const seen: number[] = [];
    const two = gate();
    const work = handler(Work, ({ n }) => {
      seen.push(n);
      if (seen.length === 2) two.resolve();
    });
    await using bus = createBus({
      transport: memory(),
      endpoints: [endpoint('jobs', { handlers: [work] }), endpoint('echo', { handlers: [handler(Other, () => undefined)] })],
    });
    await bus.start();
    const jobs = bus.endpoint('jobs');
    await jobs.pause();
    expect(jobs.paused).toBe(true);
    await bus.send(Work, { n: 1 });
    await bus.send(Work, { n: 2 });
    expect(seen).toEqual([]);
    jobs.setConcurrency(1);
    await jobs.resume();
    await two.promise;
    expect([seen, jobs.concurrency]).toEqual([[1, 2], 1]);
    expect(() => jobs.setConcurrency(0)).toThrow('whole number');
    expect(() => bus.endpoint('nope')).toThrow('jobs, echo');
  });

  it('reports every mistake of a configuration at once', () => {
    const bad = {
      transport: memory(),
      retires: 3,
      drainTimeout: 'soon',
      endpoints: [endpoint('Orders', { handlers: [], concurrency: 0 })],
    };
    expect(() => createBus(bad as never)).toThrow(/4 reasons[^]*retires[^]*Orders[^]*concurrency[^]*drainTimeout/);
  });
});

describe('a message that cannot be handled', () => {
  const body = (text: string): Uint8Array => new TextEncoder().encode(text);
  const cases: [string, Map<string, string>, Uint8Array, string, string][] = [
    [
      'a __proto__ header',
      new Map([
        ['waybill-name', 'jobs.work'],
        ['__proto__', 'x'],
      ]),
      body('{"n":1}'),
      'unreadable',
      'HEADER_NOT_ALLOWED',
    ],
    ['a __proto__ key in the body', new Map([['waybill-name', 'jobs.work']]), body('{"__proto__":{}}'), 'unreadable', 'BODY_NOT_ALLOWED'],
    [
      '200,000 levels',
      new Map([['waybill-name', 'jobs.work']]),
      body('['.repeat(100_000) + ']'.repeat(100_000)),
      'unreadable',
      'BODY_TOO_DEEP',
    ],
    ['no JSON', new Map([['waybill-name', 'jobs.work']]), body('{'), 'unreadable', 'BODY_UNREADABLE'],
    [
      'a newer version',
      new Map([
        ['waybill-name', 'jobs.work'],
        ['waybill-version', '2'],
      ]),
      body('{}'),
      'version-too-new',
      'VERSION_TOO_NEW',
    ],
    ['no name', new Map(), body('{}'), 'unreadable', 'MESSAGE_NAME_MISSING'],
    ['a handler that fails', new Map([['waybill-name', 'jobs.other']]), body('{"n":1}'), 'failed', 'Error: always'],
  ];
  it.each(cases)('%s ends in the dead letters, with body, reason and code', async (_, headers, bytes, reason, error) => {
    const { letter } = await deliver(headers, bytes);
    expect(letter?.message.headers.get('waybill-reason')).toBe(reason);
    expect(letter?.message.headers.get('waybill-error')).toContain(error);
    expect(letter?.message.headers.get('waybill-origin')).toBe('jobs');
    expect(new TextDecoder().decode(letter?.message.body)).toBe(new TextDecoder().decode(bytes));
  });

  it.each(['jobs.unknown', 'constructor', '__proto__', 'toString'])('an unknown name %s is set aside as skipped', async (name) => {
    const { logged, letter } = await deliver(new Map([['waybill-name', name]]), body('{}'), 'message.skipped');
    expect(letter).toBeUndefined();
    expect(logged.map(({ event }) => event)).toContain('message.skipped');
  });

  async function deliver(headers: Map<string, string>, bytes: Uint8Array, until = 'message.dead-lettered') {
    const broker = memoryBroker();
    const ended = gate();
    const logged: LogFields[] = [];
    const log = (fields: LogFields): void => {
      logged.push(fields);
      if (fields.event === until) ended.resolve();
    };
    const fails = handler(Other, () => {
      throw new Error('always');
    });
    await using bus = createBus({
      transport: memory({ broker }),
      logger: { debug: log, info: log, warn: log, error: log },
      endpoints: [endpoint('jobs', { handlers: [handler(Work, () => undefined), fails] })],
    });
    await bus.start();
    const transport = await opened(broker);
    const [outcome] = await transport.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body: bytes }], {});
    expect(outcome?.status).toBe('accepted');
    await ended.promise;
    const page = await transport.deadLetters.list('jobs', { limit: 10 });
    await transport.close();
    return { letter: page.letters[0], logged };
  }
});
