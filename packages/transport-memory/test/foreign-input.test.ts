import { describe, expect, it } from 'vitest';
import type { Bus, PushedMessage, StandardSchema } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { HEADERS } from '@waybill/core/transport';
import { memory } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { codeOf } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
type Validate = StandardSchema<Work>['~standard']['validate'];

const answering = (answer: () => unknown): StandardSchema<Work> => ({
  '~standard': { version: 1, vendor: 'test', validate: answer as Validate },
});
const pushed = (headers: Readonly<Record<string, string>>): PushedMessage => ({
  nativeId: 'native-1',
  headers: new Map(Object.entries({ [HEADERS.name]: 'jobs.work', [HEADERS.id]: 'id-1', ...headers })),
  body: new TextEncoder().encode('{"n":1}'),
});

const BROKEN: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw new TypeError('broken');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('broken'))],
  ['returns nothing', () => undefined],
  ['returns null in time', () => Promise.resolve(null)],
  ['returns an object without a value', () => ({})],
  ['returns issues that are no list', () => ({ issues: 'bad' })],
  ['returns issues that are nothing', () => ({ issues: [null] })],
];

describe('a schema that does not answer as it should', () => {
  it.each(BROKEN)('%s: the message is not sent, and one that came is dead-lettered without a retry', async (_, answer) => {
    let asked = 0;
    const schema = answering(() => {
      asked += 1;
      return answer();
    });
    const contract = defineCommand('jobs.work', { schema });
    const work = endpoint('jobs', { passive: true, recovery: { retries: 3, redeliver: ['1s'] }, handlers: [handler(contract, () => {})] });
    const bus = createBus({ name: 'jobs', transport: memory(), runtime: manualRuntime(), endpoints: [work] });
    await bus.start();
    expect(await codeOf(bus.send(contract, { n: 1 }))).toBe('MESSAGE_INVALID');
    const [outcome] = await bus.receive('jobs', [pushed({})]);
    expect(outcome).toMatchObject({ settle: 'dead-letter' });
    expect(asked).toBe(2);
    await bus.stop();
  });
});

const Plain = defineCommand<Work>('jobs.work');
async function plainBus(handle: (work: Work) => void | Promise<void>): Promise<{ bus: Bus; runtime: ReturnType<typeof manualRuntime> }> {
  const runtime = manualRuntime();
  const work = endpoint('jobs', { passive: true, recovery: { redeliver: ['1s'] }, handlers: [handler(Plain, handle)] });
  const bus = createBus({ name: 'jobs', transport: memory(), runtime, drainTimeout: '1s', endpoints: [work] });
  await bus.start();
  return { bus, runtime };
}

describe('a message of a foreign sender', () => {
  it('with control characters in its tenant reaches no handler', async () => {
    let handled = 0;
    const { bus } = await plainBus(() => void (handled += 1));
    const [outcome] = await bus.receive('jobs', [pushed({ [HEADERS.tenant]: 'a\nb' })]);
    expect(outcome).toMatchObject({ settle: 'dead-letter' });
    expect(handled).toBe(0);
    await bus.stop();
  });

  it('with control characters in its ids is handled; they go on into nothing that it causes', async () => {
    const Next = defineCommand<Work>('jobs.next', { endpoint: 'next' });
    const caused: (string | undefined)[] = [];
    const runtime = manualRuntime();
    const bus = createBus({
      name: 'jobs',
      transport: memory(),
      runtime,
      endpoints: [
        endpoint('jobs', { passive: true, handlers: [handler(Plain, (work, context) => context.send(Next, work))] }),
        endpoint('next', {
          handlers: [handler(Next, (_, next) => void caused.push(next.correlationId, next.initiatorId, next.causationId))],
        }),
      ],
    });
    await bus.start();
    const hostile = { [HEADERS.id]: 'a\nb', [HEADERS.correlation]: 'c\u0007', [HEADERS.conversation]: 'd\u001b' };
    expect(await bus.receive('jobs', [pushed(hostile)])).toMatchObject([{ settle: 'ack' }]);
    await runtime.settle();
    expect(caused).toEqual([undefined, undefined, undefined]);
    await bus.stop();
  });
});

describe('what was pushed and hangs', () => {
  it('has its outcome when the bus gives up draining: released', async () => {
    const { bus, runtime } = await plainBus(() => new Promise(() => undefined));
    const receiving = bus.receive('jobs', [pushed({})]);
    const stopping = bus.stop();
    await runtime.advance(5_000);
    await stopping;
    expect(await Promise.race([receiving, runtime.settle().then(() => 'none')])).toMatchObject([{ settle: 'release' }]);
  });
});

describe('what start and stop are given', () => {
  it.each([null, 5, { signal: 1 }, { sginal: new AbortController().signal }])('is refused with a code: %s', async (options) => {
    const { bus } = await plainBus(() => undefined);
    expect(await codeOf(bus.stop(options as never))).toBe('OPTION_INVALID');
    expect(bus.state).toBe('started');
    await bus.stop();
    expect(await codeOf(bus.start(options as never))).toBe('OPTION_INVALID');
    expect(bus.state).toBe('stopped');
  });
});
