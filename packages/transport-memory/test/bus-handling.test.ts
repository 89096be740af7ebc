import { describe, expect, it } from 'vitest';
import type { Command, ConsumeContext, EndpointOptions, LogFields } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import type { DeadLetter } from '@waybill/core/transport';
import { HEADERS, systemRuntime } from '@waybill/core/transport';
import { jsonSerializer } from '@waybill/core/serialization';
import { memory, memoryBroker } from '../src/index.ts';
import { stateOf } from '../src/memory-broker.ts';
import { codeOf, gate } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work', { version: 2 });
const Other: Command<Work> = defineCommand('jobs.other');

const DEPTH = 200_000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const named = (name: string, more: Record<string, string> = {}): Map<string, string> =>
  new Map([[HEADERS.name, name], ...Object.entries(more)]);

interface Ending {
  readonly event: string;
  readonly letter: DeadLetter | undefined;
  readonly skipped: number;
  readonly handled: readonly { readonly message: unknown; readonly headers: ReadonlyMap<string, string> }[];
}

/** Puts raw headers and bytes before a bus, and tells how they ended. */
async function endingOf(
  headers: ReadonlyMap<string, string>,
  body: Uint8Array,
  options: Partial<EndpointOptions> & { readonly single?: boolean } = {},
): Promise<Ending> {
  const { single = false, ...settings } = options;
  const broker = memoryBroker({ maxMessageBytes: 16 * 1024 * 1024 });
  const ended = gate<string>();
  const log = ({ event }: LogFields): void => {
    if (['message.dead-lettered', 'message.skipped'].includes(event)) ended.resolve(event);
  };
  const handled: Ending['handled'][number][] = [];
  const work = handler(Work, (message, context: ConsumeContext) => {
    handled.push({ message, headers: context.headers });
    ended.resolve('handled');
  });
  await using bus = createBus({
    transport: memory({ broker }),
    logger: { debug: log, info: log, warn: log, error: log },
    serializers: [jsonSerializer({ maxBodyBytes: 1024 * 1024 })],
    endpoints: [endpoint('jobs', { handlers: single ? [work] : [work, handler(Other, () => undefined)], ...settings })],
  });
  await bus.start();
  const transport = memory({ broker });
  await transport.open({ runtime: systemRuntime(), onState: () => undefined });
  const [outcome] = await transport.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body }], {});
  expect(outcome?.status).toBe('accepted');
  const event = await ended.promise;
  await bus.stop();
  const { letters } = await transport.deadLetters.list('jobs', { limit: 10 });
  const state = stateOf(broker);
  expect(state.places.get('jobs')?.waiting).toBe(0);
  await transport.close();
  return { event, letter: letters[0], skipped: state.places.get('jobs.skipped')?.waiting ?? 0, handled };
}

describe('a hostile or broken message ends in the dead letters with its code, its bytes, and no retry:', () => {
  const cases: [string, ReadonlyMap<string, string>, string, string, string][] = [
    [
      '__proto__ as a header',
      named('jobs.work', { ['__proto__']: 'x' }).set('__proto__', 'x'),
      '{"n":1}',
      'unreadable',
      'HEADER_NOT_ALLOWED',
    ],
    ['__proto__ in the body', named('jobs.work'), '{"n":1,"__proto__":{"admin":true}}', 'unreadable', 'BODY_NOT_ALLOWED'],
    ['__proto__ deep in the body', named('jobs.work'), '{"a":[{"b":{"__proto__":1}}]}', 'unreadable', 'BODY_NOT_ALLOWED'],
    ['__proto__ written with escapes', named('jobs.work'), '{"\\u005f_proto__":{}}', 'unreadable', 'BODY_NOT_ALLOWED'],
    ['200,000 levels of arrays', named('jobs.work'), '['.repeat(DEPTH) + ']'.repeat(DEPTH), 'unreadable', 'BODY_TOO_DEEP'],
    ['200,000 levels, never closed', named('jobs.work'), '['.repeat(DEPTH), 'unreadable', 'BODY_TOO_DEEP'],
    ['100,000 levels of objects', named('jobs.work'), '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 'unreadable', 'BODY_TOO_DEEP'],
    ['65 levels', named('jobs.work'), '['.repeat(65) + ']'.repeat(65), 'unreadable', 'BODY_TOO_DEEP'],
    ['more bytes than are read', named('jobs.work'), `"${'x'.repeat(1024 * 1024)}"`, 'unreadable', 'MESSAGE_TOO_LARGE'],
    ['no JSON', named('jobs.work'), '{"n":', 'unreadable', 'BODY_UNREADABLE'],
    ['no body', named('jobs.work'), '', 'unreadable', 'BODY_UNREADABLE'],
    ['an unknown content type', named('jobs.work', { 'content-type': 'text/xml' }), '<n/>', 'unreadable', 'SERIALIZER_UNKNOWN'],
    ['a newer version', named('jobs.work', { [HEADERS.version]: '3' }), '{"n":1}', 'version-too-new', 'VERSION_TOO_NEW'],
    [
      'an expiry that is over',
      named('jobs.work', { [HEADERS.expires]: '2020-01-01T00:00:00.000Z' }),
      '{"n":1}',
      'expired',
      'MESSAGE_EXPIRED',
    ],
    ['no name', new Map(), '{"n":1}', 'unreadable', 'MESSAGE_NAME_MISSING'],
  ];
  it.each(cases)('%s', async (_, headers, body, reason, code) => {
    const { event, letter, handled } = await endingOf(headers, bytes(body), { recovery: { retries: 3 } });
    expect([event, handled]).toEqual(['message.dead-lettered', []]);
    expect(letter?.message.headers.get(HEADERS.reason)).toBe(reason);
    expect(letter?.message.headers.get(HEADERS.error)).toMatch(new RegExp(`^${code}\\b`));
    expect(letter?.message.headers.get(HEADERS.origin)).toBe('jobs');
    expect(letter?.message.headers.get(HEADERS.attempt)).toBe('1');
    expect(letter?.message.body.byteLength).toBe(bytes(body).byteLength);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe('a message of a name that nobody here handles', () => {
  const names = ['jobs.unknown', '__proto__', 'constructor', 'toString', 'JOBS.WORK', 'jobs.work ', ''];
  it.each(names)('%j is set aside as skipped', async (name) => {
    const { event, letter, skipped, handled } = await endingOf(named(name), bytes('{"n":1}'));
    expect([event, letter, skipped, handled]).toEqual(['message.skipped', undefined, 1, []]);
  });

  it('is dead-lettered as `unknown`, or discarded, where the endpoint says so', async () => {
    const lettered = await endingOf(named('jobs.unknown'), bytes('{}'), { onUnknown: 'dead-letter' });
    expect([lettered.letter?.message.headers.get(HEADERS.reason), lettered.skipped]).toEqual(['unknown', 0]);
    const discarded = await endingOf(named('jobs.unknown'), bytes('{}'), { onUnknown: 'discard' });
    expect([discarded.event, discarded.letter, discarded.skipped]).toEqual(['message.skipped', undefined, 0]);
  });
});

describe('a message is handled', () => {
  it('anew at each attempt: what a handler did to its headers, the next attempt does not see', async () => {
    const seen: string[] = [];
    const done = gate();
    const work = handler(Work, (_, { headers, attempt }) => {
      seen.push(JSON.stringify(Array.from(headers)));
      (headers as Map<string, string>).set('own', 'tampered').set('more', 'x');
      if (attempt === 1) throw new Error('first attempt');
      done.resolve();
    });
    await using bus = createBus({
      transport: memory(),
      endpoints: [endpoint('jobs', { handlers: [work], recovery: { retries: 1 } })],
    });
    await bus.start();
    await bus.send(Work, { n: 1 }, { headers: { own: 'a' } });
    await done.promise;
    expect(seen).toEqual(['[["own","a"]]', '[["own","a"]]']);
  });

  const fine: [string, ReadonlyMap<string, string>, string][] = [
    ['of the known version', named('jobs.work', { [HEADERS.version]: '2' }), '{"n":1}'],
    ['of an older version', named('jobs.work', { [HEADERS.version]: '1' }), '{"n":1}'],
    ['without a version', named('jobs.work'), '{"n":1}'],
    ['of 64 levels', named('jobs.work'), '['.repeat(64) + ']'.repeat(64)],
    ['with brackets in its text', named('jobs.work'), JSON.stringify({ n: 1, text: '[{"'.repeat(50_000) })],
    ['with a key that is only like __proto__', named('jobs.work'), '{"n":1,"proto":1,"constructor":{"prototype":1}}'],
    ['with parameters at its content type', named('jobs.work', { 'content-type': 'Application/JSON; charset=utf-8' }), '{"n":1}'],
    ['before its expiry', named('jobs.work', { [HEADERS.expires]: '2999-01-01T00:00:00.000Z' }), '{"n":1}'],
  ];
  it.each(fine)('%s', async (_, headers, body) => {
    const { event, handled } = await endingOf(headers, bytes(body));
    expect([event, handled.map(({ message }) => message)]).toEqual(['handled', [JSON.parse(body)]]);
  });

  it('without a name, where its endpoint handles one contract', async () => {
    expect((await endingOf(new Map(), bytes('{"n":7}'), { single: true })).handled.map(({ message }) => message)).toEqual([{ n: 7 }]);
  });

  it('with dangerous names among its headers that touch no object', async () => {
    const { handled } = await endingOf(named('jobs.work', { constructor: 'x', toString: 'y' }), bytes('{"n":1}'));
    expect(handled[0]?.headers.get('constructor')).toBe('x');
    expect(handled[0]?.headers.get('valueOf')).toBeUndefined();
  });
});

describe('a message that must not leave is refused at the call:', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = [value];
    return value;
  };
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const bad: [string, unknown, string][] = [
    ['200,000 levels', nested(DEPTH), 'MESSAGE_NOT_SERIALIZABLE'],
    ['65 levels', nested(65), 'MESSAGE_NOT_SERIALIZABLE'],
    ['a cycle', cyclic, 'MESSAGE_NOT_SERIALIZABLE'],
    ['a __proto__ key', JSON.parse('{"__proto__":{"admin":true}}'), 'MESSAGE_NOT_SERIALIZABLE'],
    ['more bytes than the transport takes', { text: 'x'.repeat(262_144) }, 'MESSAGE_TOO_LARGE'],
  ];
  it.each(bad)('%s', async (_, message, code) => {
    const broker = memoryBroker();
    await using bus = createBus({
      transport: memory({ broker }),
      endpoints: [endpoint('jobs', { handlers: [handler(Work, () => undefined)] })],
    });
    await bus.start();
    expect(await codeOf(bus.send(Work, message as Work))).toBe(code);
    expect(stateOf(broker).places.get('jobs')?.waiting).toBe(0);
  });
});
