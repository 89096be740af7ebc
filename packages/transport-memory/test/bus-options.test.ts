import { describe, expect, it } from 'vitest';
import type { BusOptions, Command, Endpoint, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError, route, silentLogger, systemRuntime } from '@waybill/core';
import { memory, memoryBroker } from '../src/index.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Other: Command<Work> = defineCommand('jobs.other');
const Done: Event<Work> = defineEvent('jobs.done');
const work = handler(Work, () => undefined);

/** The problems that `createBus` reports. */
function problemsOf(options: unknown): readonly string[] {
  try {
    createBus(options as BusOptions);
  } catch (error) {
    if (isBusError(error, 'CONFIGURATION_INVALID')) return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
}

const withEndpoint = (options: unknown, name: unknown = 'jobs'): unknown => ({
  transport: memory(),
  endpoints: [endpoint(name as string, options as never)],
});
const withOption = (name: string, value: unknown): unknown => ({ transport: memory(), [name]: value });

/** A text as it is, or any that fits. */
const matching = (problem: string | RegExp): unknown => (typeof problem === 'string' ? problem : expect.stringMatching(problem));

describe('createBus', () => {
  it.each([
    ['nothing', undefined, 'The options of `createBus` are undefined. Pass an object.'],
    ['null', null, 'The options of `createBus` are null. Pass an object.'],
    ['a list', [], 'The options of `createBus` are a list. Pass an object.'],
    [
      'a logger beside a runtime, which has its own',
      { transport: memory(), logger: silentLogger, runtime: systemRuntime() },
      '`logger` and `runtime` are both given, and a runtime has a logger of its own. Give the logger to the runtime.',
    ],
    ['no transport', {}, '`transport` is missing. Pass one, for example `memory()`.'],
    ['a factory', { transport: memory }, '`transport` is the function "memory", and no transport. Call it, for example `memory()`.'],
    ['a misspelt option', withOption('enpoints', []), '`enpoints` is no option of `createBus`. Did you mean `endpoints`?'],
    ['no list', withOption('endpoints', endpoint('jobs', { handlers: [] })), /^`endpoints` is an object, and no list/],
    ['a name', withOption('endpoints', ['jobs']), '`endpoints` holds "jobs". Make each with `endpoint(name, { handlers })`.'],
    ['a handler alone', withOption('handlers', work), /^`handlers` is an object, and no list/],
    ['a command', withOption('publishes', [Done, Work]), '`publishes` holds the command "jobs.work". List events only.'],
    ['a name to publish', withOption('publishes', ['jobs.done']), /^`publishes` holds "jobs.done"/],
    ['a pair', withOption('routes', [['jobs.work', 'jobs']]), '`routes` holds a list. Make each with `route(Contract, endpoint)`.'],
    ['no functions', withOption('middleware', [undefined]), /^`middleware` holds undefined/],
    ['no serializer', withOption('serializers', []), /^`serializers` is an empty list/],
    ['a boolean', withOption('logger', true), /^`logger` is true without `debug`, `info`, `warn`, `error`/],
    ['no adapter', withOption('container', {}), /^`container` is an object without `register`, `createScope`/],
    [
      'no store',
      withOption('store', { transact: () => undefined }),
      /^`store` is an object without `open`, `close`, `transact`.*Pass what the package/,
    ],
    ['no runtime', withOption('runtime', {}), /^`runtime` is an object without/],
    ['no choice', withOption('provisioning', 'aply'), '`provisioning` is "aply". Use one of "apply", "validate", "assume".'],
    ['no overflow', withOption('publishOverflow', 'drop'), '`publishOverflow` is "drop". Use one of "wait", "reject".'],
    ['nothing at once', withOption('maxOutstandingPublishes', 0), '`maxOutstandingPublishes` is 0. Use a whole number from 1.'],
    ['no duration', withOption('publishTimeout', {}), /^`publishTimeout` is an object, which is no duration/],
    ['no name', withOption('name', 'My Service'), /^The bus name "My Service" is not allowed/],
  ])('says what is wrong: %s', (_, options, problem) => {
    expect(problemsOf(options)).toEqual([matching(problem)]);
  });

  it('takes endpoints or handlers, not both', () => {
    const both = { transport: memory(), endpoints: [endpoint('jobs', { handlers: [work] })], handlers: [work] };
    expect(problemsOf(both)).toEqual([expect.stringContaining('Both `endpoints` and `handlers`')]);
  });

  it('names a bare function, a class and a contract in a list of handlers', () => {
    class Worker {
      handle(): void {}
    }
    function doWork(): void {}
    expect(problemsOf(withEndpoint({ handlers: [doWork, Worker, Work, undefined] }))).toEqual([
      '`handlers` of the endpoint "jobs" holds the function "doWork", which says not what it handles. List `handler(X, doWork)`.',
      expect.stringContaining('holds the class "Worker", which says not what it handles. Decorate it'),
      expect.stringContaining('holds an object, and no handler'),
      expect.stringContaining('holds undefined, and no handler'),
    ]);
  });

  it('counts handlers of a command in good grammar', () => {
    const twice = (endpoints: readonly Endpoint[]): readonly string[] => problemsOf({ transport: memory(), endpoints });
    expect(twice([endpoint('a', { handlers: [work, work] })])).toEqual([
      'The command "jobs.work" has two handlers at the endpoint "a". It must have one.',
    ]);
    expect(twice([endpoint('a', { handlers: [work] }), endpoint('b', { handlers: [work] })])).toEqual([
      'The command "jobs.work" has two handlers at the endpoints "a" and "b". It must have one.',
    ]);
    expect(twice(['a', 'a', 'a'].map((name) => endpoint(name, { handlers: [] })))).toHaveLength(1);
  });

  it('reports the problems of all parts at once', () => {
    const endpoints = [endpoint('jobs', { handlers: [work], concurency: 4 } as never), endpoint('Other', undefined as never)];
    expect(problemsOf({ transport: memory(), endpoints, retires: 3, drainTimeout: 'soon' })).toHaveLength(5);
  });

  it('refuses routes that cannot be meant', () => {
    const endpoints = [endpoint('jobs', { handlers: [work] })];
    const routed = (...routes: readonly unknown[]): readonly string[] => problemsOf({ transport: memory(), endpoints, routes });
    expect(routed(route(Other, 'jobs'))).toEqual([expect.stringContaining('"jobs" of this bus, which has no handler for it')]);
    expect(routed(route(Other, 'a'), route(Other, 'b'))).toEqual([expect.stringContaining('Two routes of "jobs.other"')]);
    expect(routed(route(Work, 'jobs'), route(Other, 'elsewhere'))).toEqual([]);
  });
});

describe('endpoint', () => {
  it.each([
    ['no options', undefined, /^`handlers` of the endpoint "jobs" is missing/],
    ['no handlers', {}, /^`handlers` of the endpoint "jobs" is missing/],
    ['a list', [work], /^`handlers` of the endpoint "jobs" is missing/],
    [
      'a misspelt option',
      { handlers: [work], concurency: 4 },
      '`concurency` is no option of the endpoint "jobs". Did you mean `concurrency`?',
    ],
    ['a text', { handlers: [work], concurrency: '4' }, '`concurrency` of the endpoint "jobs" is "4". Use a whole number from 1.'],
    ['too little', { handlers: [work], prefetch: 3 }, /^`prefetch` of the endpoint "jobs" is 3.* 16\.$/],
    ['a word', { handlers: [work], ordered: 'yes' }, /^`ordered` of the endpoint "jobs" is "yes"/],
    ['a misspelt part', { handlers: [work], ordered: { onWait: 'hold', onWiat: 1 } }, /^`onWiat` is no option of `ordered`.*`onWait`\?$/],
    ['a wrong part', { handlers: [work], ordered: { onWait: 'stop' } }, /^`onWait` in `ordered` of .* is "stop"/],
    ['a missing part', { handlers: [work], ordered: {} }, /^`onWait` is missing/],
    ['no choice', { handlers: [work], onUnknown: 'drop' }, /^`onUnknown` of the endpoint "jobs" is "drop"/],
    ['no function', { handlers: [work], middleware: {} }, /^`middleware` of the endpoint "jobs" is an object/],
    [
      'no duration',
      { handlers: [work], timeout: true },
      "At the endpoint \"jobs\": `timeout` is true, which is no duration from 0 to 100 years. Write milliseconds as a number, or '250ms', '10s', '5m', '1h', '7d'.",
    ],
    [
      'a misspelt recovery',
      { handlers: [work], recovery: { retry: 3 } },
      'At the endpoint "jobs": `retry` is no option of `recovery`. Did you mean `retries`?',
    ],
    ['no recovery', { handlers: [work], recovery: 3 }, /The options of `recovery` are 3/],
    ['no retries', { handlers: [work], recovery: { retries: '3' } }, /`recovery.retries` is "3"/],
    ['one delay', { handlers: [work], recovery: { redeliver: '10s' } }, /`recovery.redeliver` is "10s"/],
    ['no policy', { handlers: [work], recovery: { retries: { retries: 3 } } }, /`recovery.retries` is an object/],
    ['a number', { handlers: [work], transport: 7 }, /^`transport` of the endpoint "jobs" is 7/],
    ['crashes below none', { handlers: [work], recovery: { maxCrashes: -1 } }, /`recovery.maxCrashes` is -1/],
    ['half a crash', { handlers: [work], recovery: { maxCrashes: 2.5 } }, /`recovery.maxCrashes` is 2.5/],
    ['no rule', { handlers: [work], recovery: { rules: [Error] } }, /`recovery.rules` is a list/],
    ['no hook', { handlers: [work], recovery: { onRetry: 'log' } }, /`recovery.onRetry` is "log"/],
  ])('says with the bus what is wrong: %s', (_, options, problem) => {
    expect(problemsOf(withEndpoint(options))).toEqual([matching(problem)]);
  });

  it.each([undefined, 'Jobs', 'a'.repeat(61)])('needs a name: %s', (name) => {
    expect(problemsOf({ transport: memory(), endpoints: [{ name, handlers: [work] }] })).toEqual([
      expect.stringContaining('endpoint name'),
    ]);
  });
});

describe('memory', () => {
  it.each([
    ['a misspelt option', () => memory({ liek: 'sqs' } as never), '`liek` is no option of `memory`. Did you mean `like`?'],
    ['no options', () => memory('sqs' as never), 'The options of `memory` are "sqs".'],
    ['no likeness', () => memory({ like: 'rabbit' as never }), '`like` is "rabbit". Use one of '],
    ['a wrong number', () => memory({ maxMessageBytes: '1' as never }), '`maxMessageBytes` is "1".'],
    ['both', () => memory({ broker: memoryBroker(), like: 'sqs' } as never), 'Give what the broker is like to `memoryBroker`.'],
    ['a misspelt option', () => memoryBroker({ maxMessageByte: 1 } as never), 'Did you mean `maxMessageBytes`?'],
  ])('says what is wrong: %s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('the verbs', () => {
  it('say what they were given, and which verb is for it', async () => {
    const bus = createBus({ transport: memory(), handlers: [work] });
    await expect(bus.send(undefined as never, {} as never)).rejects.toMatchObject({
      code: 'BUS_NOT_STARTED',
      message: expect.stringMatching(/^The message was not sent/) as string,
    });
    await bus.start();
    const given = (code: string, text: string): object => ({ code, message: expect.stringContaining(text) as string });
    const what = ['`send`', '`publish`', '`request`'].map((verb) =>
      given('CONTRACT_INVALID', `${verb} was given undefined, which is no contract`),
    );
    await expect(bus.send(undefined as never, {} as never)).rejects.toMatchObject(what[0] as object);
    await expect(bus.publish(undefined as never, {} as never)).rejects.toMatchObject(what[1] as object);
    await expect(bus.request(undefined as never, {} as never)).rejects.toMatchObject(what[2] as object);
    const mismatch = (text: string): object => given('CONTRACT_KIND_MISMATCH', text);
    await expect(bus.send(Done as never, { n: 1 } as never)).rejects.toMatchObject(mismatch('"jobs.done" is an event. Use `publish`.'));
    await expect(bus.publish(Work as never, { n: 1 } as never)).rejects.toMatchObject(mismatch('is a command without a reply. Use `send`'));
    await bus.stop();
  });
});

describe('a command to an endpoint of the same bus', () => {
  const bus = createBus({
    name: 'jobs',
    transport: memory(),
    namespace: 'test',
    endpoints: [endpoint('jobs', { handlers: [work] }), endpoint('audit', { handlers: [] })],
  });

  it('that has no handler for it is refused at the call, by name and by `to`', async () => {
    await bus.start();
    const refused = {
      code: 'HANDLER_MISSING',
      message: expect.stringContaining('"jobs.other" was not sent: the endpoint "jobs"') as string,
    };
    await expect(bus.send(Other, { n: 1 })).rejects.toMatchObject(refused);
    await expect(bus.send(Other, { n: 1 })).rejects.toMatchObject(refused);
    await expect(bus.send(Work, { n: 1 }, { to: 'audit' })).rejects.toMatchObject({ code: 'HANDLER_MISSING' });
    await expect(bus.send(Work, { n: 1 })).resolves.toBeUndefined();
    await expect(bus.send(Other, { n: 1 }, { to: 'elsewhere' })).rejects.toMatchObject({ code: 'UNROUTABLE' });
    await bus.stop();
  });
});
