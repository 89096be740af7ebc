import { expect, it } from 'vitest';
import type { Command, ConsumeContext, Event, Middleware, OutgoingContext } from '@waybill/core';
import { createBus, createMediator, defineCommand, defineEvent, defineQuery, endpoint, forContract, handler } from '@waybill/core';
import { memory } from '../src/index.ts';
import { gate } from './support/waiting.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work');
const Done: Event<{ readonly n: number }> = defineEvent('jobs.done');
const Double = defineQuery<{ readonly n: number }, number>('sums.double');

/** Writes down who ran, for which message, before and after the rest. */
function tracing(seen: string[]) {
  const inwards =
    (name: string): Middleware<ConsumeContext> =>
    async (context, next) => {
      seen.push(`${name} in ${context.contract.name}`);
      await next(context);
      seen.push(`${name} in ${context.contract.name} ended`);
    };
  const outwards =
    (name: string): Middleware<OutgoingContext> =>
    (context, next) => {
      seen.push(`${name} out ${context.contract.name}`);
      return next(context);
    };
  return { inwards, outwards };
}

async function trace(): Promise<readonly string[]> {
  const seen: string[] = [];
  const { inwards, outwards } = tracing(seen);
  const done = gate();
  const work = handler(Work, async ({ n }, context) => {
    await context.publish(Done, { n });
    seen.push('handler');
  });
  const watch = handler(Done, () => done.resolve());
  await using bus = createBus({
    transport: memory(),
    middleware: [inwards('bus'), forContract(Work, inwards('bus, work only'))],
    sendMiddleware: [outwards('bus'), forContract(Done, outwards('bus, done only'))],
    endpoints: [
      endpoint('jobs', {
        handlers: [work],
        middleware: [inwards('jobs'), forContract(Done, inwards('never')), forContract(Work, inwards('jobs, work only'))],
        sendMiddleware: [outwards('jobs'), forContract(Work, outwards('never'))],
      }),
      endpoint('watch', { handlers: [watch], middleware: [inwards('watch')], sendMiddleware: [outwards('never')] }),
    ],
  });
  await bus.start();
  await bus.send(Work, { n: 1 });
  await done.promise;
  await bus.stop();
  return seen;
}

it('runs outermost first: the bus, then the endpoint, each in the order of its list; one for a contract where it stands', async () => {
  expect(await trace()).toEqual([
    'bus out jobs.work',
    'bus in jobs.work',
    'bus, work only in jobs.work',
    'jobs in jobs.work',
    'jobs, work only in jobs.work',
    'bus out jobs.done',
    'bus, done only out jobs.done',
    'jobs out jobs.done',
    'handler',
    'jobs, work only in jobs.work ended',
    'jobs in jobs.work ended',
    'bus, work only in jobs.work ended',
    'bus in jobs.work ended',
    'bus in jobs.done',
    'watch in jobs.done',
    'watch in jobs.done ended',
    'bus in jobs.done ended',
  ]);
});

it('outwards sees all that leaves: what a handler captured, a reply, a request, and a header that it adds arrives', async () => {
  const left: string[] = [];
  const stamp: Middleware<OutgoingContext> = (context, next) => {
    left.push(context.contract.name);
    context.headers.set('stamp', 'yes');
    return next(context);
  };
  const stamped: (string | undefined)[] = [];
  const done = gate();
  const double = handler(Double, ({ n }, { headers }) => {
    stamped.push(headers.get('stamp'));
    return n * 2;
  });
  const work = handler(Work, async ({ n }, context) => {
    await context.publish(Done, { n: await context.request(Double, { n }) });
  });
  const watch = handler(Done, ({ n }, { headers }) => {
    stamped.push(`${n} ${headers.get('stamp')}`);
    done.resolve();
  });
  await using bus = createBus({ name: 'svc', transport: memory(), sendMiddleware: [stamp], handlers: [work, double, watch] });
  await bus.start();
  await bus.send(Work, { n: 1 });
  await done.promise;
  expect(left).toEqual(['jobs.work', 'sums.double', 'sums.double.reply', 'jobs.done']);
  expect(stamped).toEqual(['yes', '2 yes']);
});

it('`forContract` works in a mediator, and names itself after its contract', async () => {
  const seen: number[] = [];
  const only = forContract(Work, function limited(context, next) {
    seen.push(context.message.n);
    return next(context);
  });
  expect(only.name).toBe('limited for jobs.work');
  await using mediator = createMediator({ handlers: [handler(Work, () => undefined), handler(Done, () => undefined)], middleware: [only] });
  await mediator.send(Work, { n: 7 });
  await mediator.publish(Done, { n: 8 });
  expect(seen).toEqual([7]);
  expect(() => forContract(undefined as never, only as never)).toThrow(/`forContract` was given undefined/);
});

it('keeps what has left from who still holds its headers, and gives its handler and its sender the same id', async () => {
  const left: OutgoingContext[] = [];
  const keep: Middleware<OutgoingContext> = async (context, next) => {
    await next(context);
    context.headers.set('shop-region', 'north'); // it has not left yet
    left.push(context);
  };
  const got = gate<ConsumeContext>();
  await using bus = createBus({
    transport: memory(),
    sendMiddleware: [keep],
    endpoints: [endpoint('jobs', { handlers: [handler(Work, (_, context) => got.resolve(context))] })],
  });
  await bus.start();
  await bus.send(Work, { n: 1 });
  const [sent] = left;
  expect(() => sent?.headers.set('shop-region', 'south')).toThrow(expect.objectContaining({ code: 'HEADER_NOT_ALLOWED' }));
  const context = await got.promise;
  expect([context.messageId, context.conversationId]).toEqual([sent?.messageId, sent?.messageId]);
  expect(Array.from(context.headers)).toEqual([['shop-region', 'north']]);
});
