import { describe, expect, it } from 'vitest';
import type { ConsumeContext, MediatorOptions, Middleware } from '@waybill/core';
import { createMediator, defineCommand, defineEvent, handler, handlerClass } from '@waybill/core';
import { manualRuntime } from '../support/manual-runtime.ts';
import { Work, Other, Done, GetJob, Reserve, mediatorOf, errorOf, numeric } from '../support/mediator-bench.ts';

describe('send', () => {
  it('resolves when the handler has returned, with the very message', async () => {
    const log: unknown[] = [];
    const message = { n: 1 };
    const mediator = mediatorOf([
      handler(Work, async (work) => {
        await Promise.resolve();
        log.push(work);
      }),
    ]);
    await mediator.send(Work, message);
    expect(log[0]).toBe(message);
  });

  it('rejects with what the handler threw, itself, whether it waits or not', async () => {
    class OutOfStock extends Error {}
    const rejecting = mediatorOf([handler(Work, () => Promise.reject(new OutOfStock('a')))]);
    const thrown = new OutOfStock('b');
    const throwing = mediatorOf([
      handler(Work, () => {
        throw thrown;
      }),
    ]);
    await expect(rejecting.send(Work, { n: 1 })).rejects.toBeInstanceOf(OutOfStock);
    await expect(throwing.send(Work, { n: 1 })).rejects.toBe(thrown);
  });

  it('without a handler is HANDLER_MISSING, and of the wrong kind CONTRACT_KIND_MISMATCH', async () => {
    const mediator = mediatorOf([handler(Work, () => undefined), handler(GetJob, () => ({ title: '' }))]);
    const missing = await errorOf(mediator.send(Other, { n: 1 }));
    expect([missing.code, missing.message]).toEqual(['HANDLER_MISSING', expect.stringContaining('"jobs.other"')]);
    expect((await errorOf(mediator.request(Reserve, { n: 1 }))).code).toBe('HANDLER_MISSING');
    for (const wrong of [Done, GetJob])
      expect((await errorOf(mediator.send(wrong as never, { n: 1 } as never))).code).toBe('CONTRACT_KIND_MISMATCH');
    for (const wrong of [Work, GetJob])
      expect((await errorOf(mediator.publish(wrong as never, { n: 1 } as never))).code).toBe('CONTRACT_KIND_MISMATCH');
    for (const wrong of [Work, Done])
      expect((await errorOf(mediator.request(wrong as never, { n: 1 } as never))).code).toBe('CONTRACT_KIND_MISMATCH');
    expect((await errorOf(mediator.send(undefined as never, {} as never))).code).toBe('CONTRACT_INVALID');
  });

  it.each(['to', 'delay'])('refuses `%s`, which it cannot keep', async (option) => {
    let handled = 0;
    const mediator = mediatorOf([handler(Work, () => void (handled += 1))]);
    const error = await errorOf(mediator.send(Work, { n: 1 }, { [option]: '1s' }));
    expect([error.code, error.details['option'], handled]).toEqual(['CAPABILITY_NOT_SUPPORTED', option, 0]);
  });

  it('refuses a header that a bus refuses', async () => {
    const mediator = mediatorOf([handler(Work, () => undefined)]);
    expect((await errorOf(mediator.send(Work, { n: 1 }, { headers: { 'waybill-id': 'x' } }))).code).toBe('HEADER_NOT_ALLOWED');
  });

  it.each([{ correlationID: 'x' }, { messageId: '' }, { timeout: '1s' }, { signal: true }, { headers: 'a' }, null])(
    'refuses the options %j, as a bus does',
    async (options) => {
      const mediator = mediatorOf([handler(Work, () => undefined)]);
      expect((await errorOf(mediator.send(Work, { n: 1 }, options as never))).code).toBe('OPTION_INVALID');
    },
  );
});

describe('publish', () => {
  it('runs all subscribers in order, also when one fails, and rejects with its error', async () => {
    const log: string[] = [];
    const failure = new Error('second');
    const mediator = mediatorOf([
      handler(Done, async () => void log.push('first')),
      handler(Done, async () => Promise.reject(failure)),
      handler(Done, () => void log.push('third')),
    ]);
    await expect(mediator.publish(Done, { n: 1 })).rejects.toBe(failure);
    expect(log).toEqual(['first', 'third']);
  });

  it('gathers the errors of several subscribers', async () => {
    const fails = (text: string) => handler(Done, () => Promise.reject(new Error(text)));
    const error = await errorOf(mediatorOf([fails('a'), fails('b'), handler(Done, () => undefined)]).publish(Done, { n: 1 }));
    expect(error.code).toBe('HANDLER_FAILED');
    expect((error.cause as AggregateError).errors.map(({ message }: Error) => message)).toEqual(['a', 'b']);
  });

  it('to nobody is fine, but its message must fit', async () => {
    const Strict = defineEvent('jobs.strict', { schema: numeric() });
    const mediator = mediatorOf([]);
    await mediator.publish(Done, { n: 1 });
    expect((await errorOf(mediator.publish(Strict, { n: 'x' }))).code).toBe('MESSAGE_INVALID');
  });
});

describe('a schema', () => {
  it('is applied once: handlers get its output, and what does not fit is not handled', async () => {
    const seen: unknown[] = [];
    let validations = 0;
    const count = (result: unknown): unknown => {
      validations += 1;
      return result;
    };
    const Strict = defineCommand('jobs.strict', { schema: numeric(count) });
    const mediator = mediatorOf([handler(Strict, (message) => void seen.push(message))]);
    await mediator.send(Strict, { n: '7' });
    expect([seen, validations]).toEqual([[{ n: 7 }], 1]);
    const error = await errorOf(mediator.send(Strict, { n: 'x' }));
    expect([error.code, error.details['issues'], seen.length]).toEqual(['MESSAGE_INVALID', ['n: no number'], 1]);
  });

  it.each([
    ['resolves', (result: unknown) => Promise.resolve(result)],
    ['rejects', () => Promise.reject(new Error('no database'))],
  ])('that validates asynchronously and %s is refused', async (_, validate) => {
    let handled = 0;
    const Slow = defineCommand('jobs.slow', { schema: numeric(validate) });
    const error = await errorOf(mediatorOf([handler(Slow, () => void (handled += 1))]).send(Slow, { n: '7' }));
    expect([error.code, handled]).toEqual(['SCHEMA_ASYNCHRONOUS', 0]);
  });
});

describe('the context', () => {
  it('carries ids, headers and the tenant on to what the handler sends, and to what that sends, after it waited', async () => {
    const seen = new Map<string, ConsumeContext>();
    const keep = (name: string, context: ConsumeContext): void => void seen.set(name, context);
    const mediator = mediatorOf([
      handler(Work, async ({ n }, context) => {
        keep('work', context);
        await new Promise((resolve) => setImmediate(resolve));
        await context.publish(Done, { n });
        const { title } = await context.request(GetJob, { n });
        await context.send(Other, { n: title.length }, { correlationId: 'another', tenantId: 'other tenant' });
      }),
      handler(Done, (_, context) => keep('done', context)),
      handler(GetJob, (_, context) => {
        keep('get', context);
        return { title: 'abc' };
      }),
      handler(Other, (_, context) => keep('other', context)),
    ]);
    await mediator.send(Work, { n: 1 }, { correlationId: 'flow', tenantId: 'tenant', headers: { shop: 'a' }, messageId: 'first' });
    const view = (name: string) => {
      const { contract, endpoint, messageId, correlationId, conversationId, causationId, initiatorId, tenantId, headers, attempt } =
        seen.get(name) as ConsumeContext;
      return {
        name: contract.name,
        endpoint,
        messageId,
        correlationId,
        conversationId,
        causationId,
        initiatorId,
        tenantId,
        headers,
        attempt,
      };
    };
    expect(view('work')).toEqual({
      name: 'jobs.work',
      endpoint: 'mediator',
      messageId: 'first',
      correlationId: 'flow',
      conversationId: 'first',
      causationId: undefined,
      initiatorId: undefined,
      tenantId: 'tenant',
      headers: new Map([['shop', 'a']]),
      attempt: 1,
    });
    const child = { correlationId: 'flow', conversationId: 'first', causationId: 'first', initiatorId: 'flow', tenantId: 'tenant' };
    expect(view('done')).toMatchObject({ ...child, headers: new Map() });
    expect(view('get')).toMatchObject(child);
    expect(view('other')).toMatchObject({ ...child, correlationId: 'another', tenantId: 'other tenant' });
    expect(new Set(Array.from(seen.values(), ({ messageId }) => messageId)).size).toBe(4);
  });

  it('says the same of a message whenever it is asked', async () => {
    const runtime = manualRuntime();
    const mediator = mediatorOf(
      [
        handler(Work, async (message, context: ConsumeContext) => {
          const before = [context.messageId, context.sentAt, context.signal, context.headers];
          await runtime.advance(10);
          expect([context.messageId, context.sentAt, context.signal, context.headers]).toEqual(before);
          expect(context.signal).toBe(before[2]);
          expect(context.message).toBe(message);
        }),
      ],
      { runtime },
    );
    await mediator.send(Work, { n: 1 }, { headers: { shop: 'a' }, signal: new AbortController().signal });
    expect.assertions(3);
  });

  it('aborts by the signal of the call, also in what the handler sends', async () => {
    const caller = new AbortController();
    const signals: AbortSignal[] = [];
    const mediator = mediatorOf([
      handler(Work, async (_, context) => {
        await context.publish(Done, { n: 1 });
        signals.push(context.signal);
        caller.abort(new Error('the user left'));
      }),
      handler(Done, (_, context) => void signals.push(context.signal)),
    ]);
    await mediator.send(Work, { n: 1 }, { signal: caller.signal });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await expect(mediator.send(Work, { n: 1 }, { signal: caller.signal })).rejects.toThrow('the user left');
    expect(signals.length).toBe(2);
  });
});

describe('middleware', () => {
  it('runs around the handlers of a message, outermost first, once for all subscribers', async () => {
    const log: string[] = [];
    const step =
      (name: string): Middleware<ConsumeContext> =>
      async (context, next) => {
        log.push(`${name} ${context.contract.name}`);
        await next(context);
        log.push(`${name} after`);
      };
    const subscribers = [handler(Done, () => void log.push('a')), handler(Done, async () => void log.push('b'))];
    await mediatorOf(subscribers, { middleware: [step('outer'), (context, next) => next(context), step('inner')] }).publish(Done, { n: 1 });
    expect(log).toEqual(['outer jobs.done', 'inner jobs.done', 'a', 'b', 'inner after', 'outer after']);
  });

  it('may end the run: a command is not handled, a request has no reply', async () => {
    let handled = 0;
    const count = () => void (handled += 1);
    const mediator = mediatorOf([handler(Work, count), handler(GetJob, count as never)], { middleware: [() => undefined] });
    await mediator.send(Work, { n: 1 });
    expect((await errorOf(mediator.request(GetJob, { n: 1 }))).code).toBe('REPLY_MISSING');
    expect(handled).toBe(0);
  });

  it('that calls next twice fails as NEXT_CALLED_TWICE; the handler has run once', async () => {
    let handled = 0;
    const twice: Middleware<ConsumeContext> = async (context, next) => {
      await next(context);
      await next(context);
    };
    const mediator = mediatorOf([handler(Work, () => void (handled += 1))], { middleware: [twice] });
    expect((await errorOf(mediator.send(Work, { n: 1 }))).code).toBe('NEXT_CALLED_TWICE');
    expect(handled).toBe(1);
  });

  it('may be synchronous throughout; a thrown error is a rejection', async () => {
    const failure = new Error('not allowed');
    const mediator = mediatorOf([handler(Work, () => undefined), handler(GetJob, () => ({ title: '' }))], {
      middleware: [
        () => {
          throw failure;
        },
      ],
    });
    for (const call of [() => mediator.send(Work, { n: 1 }), () => mediator.request(GetJob, { n: 1 })])
      await expect(call()).rejects.toBe(failure);
  });
});

describe('the timeout of a handler', () => {
  it('ends the call as HANDLER_TIMEOUT; the signal of that handler aborts, and no timer is left', async () => {
    const runtime = manualRuntime();
    const signals: AbortSignal[] = [];
    class Slow {
      handle(_: Work, { signal }: ConsumeContext): Promise<void> {
        signals.push(signal);
        return new Promise(() => undefined);
      }
    }
    const quick = handler(Done, (_, { signal }) => void signals.push(signal));
    const mediator = mediatorOf([handlerClass(Work, Slow, { timeout: '1s' }), handlerClass(Done, Slow, { timeout: '1s' }), quick], {
      runtime,
    });
    for (const call of [() => mediator.send(Work, { n: 1 }), () => mediator.publish(Done, { n: 1 })]) {
      const failing = errorOf(call());
      await runtime.advance(999);
      expect(signals.at(-1)?.aborted).toBe(false);
      await runtime.advance(1);
      expect((await failing).code).toBe('HANDLER_TIMEOUT');
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('changes nothing for one that ends in time', async () => {
    const runtime = manualRuntime();
    const inTime = handler(GetJob, async (_, context) => context.reply({ title: context.messageId }), { timeout: '1s' });
    const mediator = mediatorOf([inTime], { runtime });
    expect(await mediator.request(GetJob, { n: 1 }, { messageId: 'm' })).toEqual({ title: 'm' });
    expect(runtime.pendingTimers()).toBe(0);
  });
});

describe('life', () => {
  it('stop refuses what comes later, also from handlers, and aborts the signals of those that run', async () => {
    const codes: string[] = [];
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const mediator = mediatorOf([
      handler(Work, async (_, context) => {
        const { signal } = context;
        await gate;
        codes.push((await errorOf(context.publish(Done, { n: 1 }))).code, String(signal.aborted));
      }),
    ]);
    const running = mediator.send(Work, { n: 1 });
    expect(mediator.state).toBe('started');
    await mediator.stop();
    await mediator.stop();
    go();
    await running;
    expect(codes).toEqual(['BUS_STOPPED', 'true']);
    expect(mediator.state).toBe('stopped');
    expect((await errorOf(mediator.request(GetJob, { n: 1 }))).code).toBe('BUS_STOPPED');
  });

  it('ends with its scope', async () => {
    let kept;
    {
      await using mediator = mediatorOf([handler(Work, () => undefined)]);
      await mediator.send(Work, { n: 1 });
      kept = mediator;
    }
    expect(kept.state).toBe('stopped');
  });
});

describe('what is refused when a mediator is created', () => {
  it('stands in one report', () => {
    class Forgotten {}
    class Needs {
      readonly given: string;
      constructor(given: string) {
        this.given = given;
      }
      handle() {}
    }
    const build = () =>
      createMediator({
        handlers: [handler(Work, () => undefined), handler(Work, () => undefined, { id: 'again' }), Forgotten, handlerClass(Other, Needs)],
        middlewares: [],
      } as unknown as MediatorOptions);
    expect(build).toThrow(/for 4 reasons/);
    expect(build).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ codes: ['HANDLER_NOT_BOUND', 'CONTAINER_MISSING'] }) }),
    );
    expect(build).toThrow(/`middlewares` is no option of `createMediator`\. Did you mean `middleware`\?/);
    expect(build).toThrow(/"jobs\.work" has two handlers/);
    expect(build).toThrow(/"Forgotten"/);
    expect(build).toThrow(/constructor parameters of "Needs"/);
  });

  it.each([[undefined], [{}], [{ handlers: 5 }], [{ handlers: [], middleware: ['a'] }], [{ handlers: [5] }]])('is named: %j', (options) => {
    const build = () => createMediator(options as unknown as MediatorOptions);
    expect(build).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }));
  });

  it('is not several handlers of one event, which need no ids here', () => {
    expect(() => mediatorOf([handler(Done, () => undefined), handler(Done, () => undefined)])).not.toThrow();
  });
});
