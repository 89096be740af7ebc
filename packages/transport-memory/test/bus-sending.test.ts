import { describe, expect, it } from 'vitest';
import type { BusOptions, Command, Event, SendOptions } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler, route } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import { memory } from '../src/index.ts';
import { codeOf, gate, outcomeOf } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Done: Event<Work> = defineEvent('jobs.done');

/** A started bus, and what its one handler got. */
async function busWithWork(options: Partial<BusOptions> = {}) {
  const got: { readonly n: number; readonly headers: ReadonlyMap<string, string>; readonly messageId: string }[] = [];
  let arrived = gate();
  const work = handler(Work, ({ n }, { headers, messageId }) => {
    got.push({ n, headers, messageId });
    arrived.resolve();
  });
  const bus = createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers: [work] })], ...options } as BusOptions);
  await bus.start();
  const next = async (options_?: SendOptions): Promise<(typeof got)[number]> => {
    arrived = gate();
    await bus.send(Work, { n: 0 }, options_);
    await arrived.promise;
    return got.at(-1) as (typeof got)[number];
  };
  return { bus, got, next };
}

describe('an option that is not allowed is a coded error at the call, and nothing is sent:', () => {
  const longest = 'x'.repeat(128);
  const bad: [string, unknown, string][] = [
    ...['messageId', 'correlationId', 'tenantId', 'partitionKey'].flatMap((option): [string, unknown, string][] => [
      [`${option} that is empty`, { [option]: '' }, 'OPTION_INVALID'],
      [`${option} that is no string`, { [option]: 7 }, 'OPTION_INVALID'],
      [`${option} that is null`, { [option]: null }, 'OPTION_INVALID'],
      [`${option} with a line break`, { [option]: 'a\nb' }, 'OPTION_INVALID'],
      [`${option} with a zero byte`, { [option]: 'a\u0000' }, 'OPTION_INVALID'],
      [`${option} with half a surrogate pair`, { [option]: '\ud83d' }, 'OPTION_INVALID'],
      [`${option} of 129 characters`, { [option]: `${longest}x` }, 'OPTION_INVALID'],
    ]),
    ['to that is empty', { to: '' }, 'OPTION_INVALID'],
    ['to that is no string', { to: {} }, 'OPTION_INVALID'],
    ...[-1, 10, 1.5, Number.NaN, '5', null].map((priority): [string, unknown, string] => [
      `priority ${String(priority)}`,
      { priority },
      'OPTION_INVALID',
    ]),
    ...['delay', 'timeToLive'].flatMap((option) =>
      [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e15, 'soon', '5 w', '-5s', null].map((value): [string, unknown, string] => [
        `${option} ${String(value)}`,
        { [option]: value },
        'OPTION_INVALID',
      ]),
    ),
    ['headers that are a string', { headers: 'a=b' }, 'OPTION_INVALID'],
    ['headers that are a date', { headers: new Date() }, 'OPTION_INVALID'],
    ['headers that are a set', { headers: new Set(['a']) }, 'OPTION_INVALID'],
    ['headers like a map, but not iterable', { headers: { __proto__: { get: () => 'x', forEach: () => undefined } } }, 'OPTION_INVALID'],
    ['a header that is a number', { headers: { a: 1 } }, 'HEADER_NOT_ALLOWED'],
    ['a header that is undefined', { headers: { a: undefined } }, 'HEADER_NOT_ALLOWED'],
    ['a header with a line break', { headers: { a: 'x\r\ny' } }, 'HEADER_NOT_ALLOWED'],
    ['a header with half a surrogate pair', { headers: { a: '\udc00' } }, 'HEADER_NOT_ALLOWED'],
    ['a header name that is empty', { headers: { '': 'x' } }, 'HEADER_NOT_ALLOWED'],
    ['a header name with a line break', { headers: { 'a\n': 'x' } }, 'HEADER_NOT_ALLOWED'],
    ['a header name that is a number', { headers: new Map([[1, 'x']]) }, 'HEADER_NOT_ALLOWED'],
    ['a header __proto__', { headers: new Map([['__proto__', 'x']]) }, 'HEADER_NOT_ALLOWED'],
    ['a header constructor', { headers: { constructor: 'x' } }, 'HEADER_NOT_ALLOWED'],
    ['a header prototype', { headers: { prototype: 'x' } }, 'HEADER_NOT_ALLOWED'],
    ['a header of the bus, in capitals', { headers: { 'Waybill-Tenant': 'x' } }, 'HEADER_NOT_ALLOWED'],
    ['a content type', { headers: { 'Content-Type': 'x' } }, 'HEADER_NOT_ALLOWED'],
    ['a signal that is none', { signal: {} }, 'OPTION_INVALID'],
    ['an option that does not exist', { dealy: '5m' }, 'OPTION_INVALID'],
    ['options that are null', null, 'OPTION_INVALID'],
    ['options that are a string', 'to', 'OPTION_INVALID'],
    ['options that are a number', 5, 'OPTION_INVALID'],
    ['a timeout, which is for requests', { timeout: '5s' }, 'OPTION_INVALID'],
    ['a delay that is an object', { delay: { toString: () => '5m' } }, 'OPTION_INVALID'],
    ['a header with a DEL', { headers: { a: 'x\u007f' } }, 'HEADER_NOT_ALLOWED'],
  ];
  it.each(bad)('%s', async (_, options, code) => {
    const { bus, got, next } = await busWithWork();
    expect(await codeOf(bus.send(Work, { n: 1 }, options as SendOptions))).toBe(code);
    await next();
    expect(got.map(({ n }) => n)).toEqual([0]);
    await bus.stop();
  });

  it('and the error names the option, the rule and, for an unknown one, what is known', async () => {
    const { bus } = await busWithWork();
    expect(await outcomeOf(bus.send(Work, { n: 1 }, { priority: 10 }))).toMatchObject({
      message: '"jobs.work" was not sent: `priority` is not allowed: use a whole number from 0 to 9.',
      details: { option: 'priority', contract: 'jobs.work' },
    });
    expect(await outcomeOf(bus.send(Work, { n: 1 }, { dealy: 5 } as SendOptions))).toMatchObject({
      message: expect.stringMatching(/`dealy`.*Did you mean `delay`\?$/) as string,
    });
    await bus.stop();
  });

  it('`to` for an event', async () => {
    const { bus } = await busWithWork();
    const error = await outcomeOf(bus.publish(Done, { n: 1 }, { to: 'jobs' } as never));
    expect(error).toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining('an event goes to its topic') as string });
    await bus.stop();
  });

  it('and what is just within the limits is sent', async () => {
    const { bus, next } = await busWithWork();
    const ids = { messageId: longest, correlationId: longest, tenantId: '🚚', partitionKey: 'ä' };
    const got = await next({ ...ids, to: 'jobs', priority: 9, delay: 0, timeToLive: '36525d', headers: { a: 'x\u0080🚚' } });
    expect([got.messageId, got.headers.get('a')]).toEqual([longest, 'x\u0080🚚']);
    expect(await next({ priority: 0, delay: undefined as never, headers: Object.create(null) as Record<string, string> })).toBeDefined();
    await bus.stop();
  });
});

describe('an option of a request that is not allowed is a coded error, and nothing is sent:', () => {
  const GetWork = defineQuery<Work, Work>('jobs.get-work');
  const bad: [string, unknown][] = [
    ['a delay', { delay: '5s' }],
    ['a timeout that is none', { timeout: 'soon' }],
    ['a priority of 10', { priority: 10 }],
    ['null', null],
    ['a signal that is none', { signal: 'now' }],
    ['an option that does not exist', { tiemout: '5s' }],
  ];
  it.each(bad)('%s', async (_, options) => {
    let asked = 0;
    const getWork = handler(GetWork, (work) => {
      asked += 1;
      return work;
    });
    await using bus = createBus({ transport: memory(), handlers: [getWork] });
    await bus.start();
    expect(await codeOf(bus.request(GetWork, { n: 1 }, options as never))).toBe('OPTION_INVALID');
    expect(await bus.request(GetWork, { n: 2 }, { timeout: '5s', priority: 9 })).toEqual({ n: 2 });
    expect(asked).toBe(1);
  });
});

describe('headers arrive, given as', () => {
  const given: [string, unknown][] = [
    ['a plain object', { a: '1', b: '2' }],
    [
      'a Map',
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ],
    ['a ReadonlyMap that is no Map', MessageHeaders.empty().set('a', '1').set('b', '2')],
    ['the Headers of a web request', new Headers({ a: '1', b: '2' })],
  ];
  it.each(given)('%s', async (_, headers) => {
    const { bus, next } = await busWithWork();
    const got = await next({ headers: headers as ReadonlyMap<string, string> });
    expect(Object.fromEntries(got.headers)).toEqual({ a: '1', b: '2' });
    await bus.stop();
  });
});

describe('the error of a message that was not accepted', () => {
  it('names both sizes of a body that is too large', async () => {
    const { bus } = await busWithWork({ transport: memory({ maxMessageBytes: 100 }) });
    const Big: Command<{ readonly text: string }> = defineCommand('jobs.work');
    expect(await outcomeOf(bus.send(Big, { text: 'x'.repeat(200) }))).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining('Its body has 211 bytes; 100 are allowed.') as string,
      details: { bytes: 211, max: 100 },
    });
    await bus.stop();
  });

  it('names both sizes of headers that are too large', async () => {
    const { bus } = await busWithWork({ transport: memory({ maxHeaderBytes: 1_000 }) });
    const error = (await outcomeOf(bus.send(Work, { n: 1 }, { headers: { big: 'x'.repeat(1_000) } }))) as {
      details: Record<string, unknown>;
    };
    expect(error).toMatchObject({ code: 'HEADERS_TOO_LARGE', details: { max: 1_000 } });
    expect(error.details['bytes']).toBeGreaterThan(1_003);
    await bus.stop();
  });

  const Named: Command<Work> = defineCommand('away.named');
  const Own: Command<Work> = defineCommand('away.own', { endpoint: 'elsewhere' });
  const rules: [string, Command<Work>, SendOptions, string, string][] = [
    ['to', Named, { to: 'nowhere' }, 'nowhere', '`to` at the call'],
    ['route', defineCommand('routed.work'), {}, 'over-there', 'a route of the bus'],
    ['contract', Own, {}, 'elsewhere', 'the `endpoint` of the contract'],
    ['name', Named, {}, 'away', 'the name of the contract'],
  ];
  it.each(rules)('names the rule that chose an endpoint which is not there: %s', async (rule, command, options, place, text) => {
    const { bus } = await busWithWork({ routes: [route(defineCommand('routed.work'), 'over-there')] });
    expect(await outcomeOf(bus.send(command, { n: 1 }, options))).toMatchObject({
      code: 'UNROUTABLE',
      message: expect.stringContaining(text) as string,
      details: { chosenBy: rule, destination: `the endpoint "${place}"`, retryable: false },
    });
    await bus.stop();
  });
});

describe('a call that cannot be done rejects, and never throws:', () => {
  const calls: [string, (bus: Awaited<ReturnType<typeof busWithWork>>['bus']) => Promise<void>, string][] = [
    ['send without a contract', (bus) => bus.send(undefined as never, {} as never), 'CONTRACT_INVALID'],
    ['publish with a string', (bus) => bus.publish('jobs.done' as never, {} as never), 'CONTRACT_INVALID'],
    ['send with an event', (bus) => bus.send(Done as never, {} as never), 'CONTRACT_KIND_MISMATCH'],
    ['publish with a query', (bus) => bus.publish(defineQuery('jobs.get') as never, {} as never), 'CONTRACT_KIND_MISMATCH'],
    ['send of nothing', (bus) => bus.send(Work, undefined as never), 'MESSAGE_NOT_SERIALIZABLE'],
    ['send of a function', (bus) => bus.send(Work, { n: (() => 1) as never }), 'MESSAGE_NOT_SERIALIZABLE'],
  ];
  it.each(calls)('%s', async (_, call, code) => {
    const { bus } = await busWithWork();
    let calling: Promise<void> | undefined;
    expect(() => (calling = call(bus))).not.toThrow();
    expect(await codeOf(calling as Promise<void>)).toBe(code);
    await bus.stop();
    expect(() => (calling = call(bus))).not.toThrow();
    expect(await codeOf(calling as Promise<void>)).toBe('BUS_STOPPED');
  });

  it('and so does a context', async () => {
    const codes: string[] = [];
    const done = gate();
    const work = handler(Work, async (_, context) => {
      for (const call of [
        () => context.send(undefined as never, {} as never),
        () => context.publish(Done, { n: 1 }, { to: 'x' } as never),
        () => context.publish(Work as never, { n: 1 } as never),
      ])
        codes.push(await codeOf(call()));
      done.resolve();
    });
    await using bus = createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers: [work] })] });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await done.promise;
    expect(codes).toEqual(['CONTRACT_INVALID', 'OPTION_INVALID', 'CONTRACT_KIND_MISMATCH']);
  });

  it('a send middleware that does not call `next`', async () => {
    const { bus, got } = await busWithWork({ sendMiddleware: [() => undefined] });
    expect(await codeOf(bus.send(Work, { n: 1 }))).toBe('SEND_STOPPED');
    expect(got).toEqual([]);
    await bus.stop();
  });

  it('a send middleware that throws, at once or later', async () => {
    for (const sendMiddleware of [
      () => {
        throw new Error('no permission');
      },
      () => Promise.reject(new Error('no permission')),
    ]) {
      const { bus } = await busWithWork({ sendMiddleware: [sendMiddleware] });
      await expect(bus.send(Work, { n: 1 })).rejects.toThrow('no permission');
      await bus.stop();
    }
  });
});

describe('what a handler sends', () => {
  const order = async (handle: (publish: (n: number) => Promise<void>) => void | Promise<void>, slow: boolean): Promise<number[]> => {
    const seen: number[] = [];
    const all = gate();
    const work = handler(Work, (_, context) => handle((n) => context.publish(Done, { n })));
    const done = handler(Done, ({ n }) => {
      seen.push(n);
      if (n === 3) all.resolve();
    });
    await using bus = createBus({
      transport: memory(),
      sendMiddleware: slow ? [async (context, next) => next(context)] : [],
      publishes: [Done],
      endpoints: [endpoint('jobs', { handlers: [work] }), endpoint('watch', { handlers: [done], concurrency: 1 })],
    });
    await bus.start();
    await bus.send(Work, { n: 0 });
    await all.promise;
    return seen;
  };

  it.each([false, true])('leaves in the order of the calls, also unawaited (asynchronous steps: %s)', async (slow) => {
    const unawaited = (publish: (n: number) => Promise<void>): void => {
      void publish(1);
      void publish(2);
      void publish(3);
    };
    expect(await order(unawaited, slow)).toEqual([1, 2, 3]);
  });
});

describe('names are one space over all kinds', () => {
  const clash: Command<Work> = defineCommand('jobs.done');
  it.each([
    ['handlers', { handlers: [handler(Done, () => undefined), handler(clash, () => undefined)] }],
    ['publishes', { handlers: [handler(clash, () => undefined)], publishes: [Done] }],
    ['routes', { handlers: [handler(Done, () => undefined)], routes: [route(clash, 'jobs')] }],
  ])('a command and an event of one name are refused, with both places (%s)', (_, options) => {
    expect(() => createBus({ name: 'svc', transport: memory(), ...options })).toThrow(/"jobs\.done" is of the kind .* at .* Rename one/);
  });

  it('a route of an event, and a command in `publishes`, are refused', () => {
    const options = { transport: memory(), routes: [route(Done, 'jobs')], publishes: [Work as never] };
    expect(() => createBus(options)).toThrow(
      /2 reasons[^]*`publishes` holds the command "jobs\.work"[^]*`routes` hold the event "jobs\.done"/,
    );
  });
});

describe('beyond `maxOutstandingPublishes`', () => {
  async function busThatIsFull(options: Pick<BusOptions, 'publishOverflow'> = {}) {
    const answers: (() => void)[] = [];
    const send: IMessageTransport['send'] = () =>
      new Promise((resolve) => answers.push(() => resolve([{ status: 'accepted', nativeId: '1' }])));
    const transport = Object.assign(memory(), { send });
    const bus = createBus({ transport, routes: [route(Work, 'elsewhere')], maxOutstandingPublishes: 1, ...options });
    await bus.start();
    const first = codeOf(bus.send(Work, { n: 1 }));
    await expect.poll(() => answers.length).toBe(1);
    return { bus, answers, first };
  }

  it('a send waits for room', async () => {
    const { bus, answers, first } = await busThatIsFull();
    const second = codeOf(bus.send(Work, { n: 2 }));
    answers[0]?.();
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.();
    expect(await Promise.all([first, second])).toEqual(['none', 'none']);
    await bus.stop();
  });

  it("a send is refused at once with `publishOverflow: 'reject'`", async () => {
    const { bus, answers, first } = await busThatIsFull({ publishOverflow: 'reject' });
    await expect(bus.send(Work, { n: 2 })).rejects.toMatchObject({
      code: 'SEND_REJECTED',
      details: { retryable: true },
      cause: expect.stringContaining('too much is under way') as string,
    });
    answers[0]?.();
    await first;
    expect(answers.length).toBe(1);
    await bus.stop();
  });
});
