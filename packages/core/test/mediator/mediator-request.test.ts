import { describe, expect, it } from 'vitest';
import { defineQuery, handler, isBusError, typed } from '@waybill/core';
import { manualRuntime } from '../support/manual-runtime.ts';
import type { Work } from '../support/mediator-bench.ts';
import { GetJob, Reserve, Find, mediatorOf, errorOf, numeric } from '../support/mediator-bench.ts';

describe('request', () => {
  it('resolves with what the handler returned, or gave to context.reply', async () => {
    const mediator = mediatorOf([
      handler(GetJob, ({ n }) => ({ title: `job ${n}` })),
      handler(Reserve, async (_, context) => context.reply({ until: 'tomorrow' })),
      handler(Find, ({ n }, context) =>
        n === 1 ? context.reply('found', { title: 'one' }) : { kind: 'missing', message: { reason: 'no such job' } },
      ),
    ]);
    expect(await mediator.request(GetJob, { n: 1 })).toEqual({ title: 'job 1' });
    expect(await mediator.request(Reserve, { n: 1 })).toEqual({ until: 'tomorrow' });
    expect(await mediator.request(Find, { n: 1 })).toEqual({ kind: 'found', message: { title: 'one' } });
    expect(await mediator.request(Find, { n: 2 })).toEqual({ kind: 'missing', message: { reason: 'no such job' } });
  });

  it.each([
    ['nothing', 'REPLY_MISSING', () => undefined as never],
    ['a kind that the contract does not name', 'REPLY_UNEXPECTED', () => ({ kind: 'other', message: {} }) as never],
  ])('of a handler that returns %s is %s', async (_, code, handle) => {
    expect((await errorOf(mediatorOf([handler(Find, handle)]).request(Find, { n: 1 }))).code).toBe(code);
  });

  it('of a handler that replies twice is REPLIED_TWICE; sent as a command, its reply is of no interest', async () => {
    const twice = handler(Reserve, async (_, context) => {
      await context.reply({ until: 'a' });
      return { until: 'b' };
    });
    expect((await errorOf(mediatorOf([twice]).request(Reserve, { n: 1 }))).code).toBe('REPLIED_TWICE');
    const silent = handler(Reserve, () => undefined as never);
    await expect(mediatorOf([silent]).send(Reserve, { n: 1 })).resolves.toBeUndefined();
  });

  it('gives the output of the schema of the reply', async () => {
    const Count = defineQuery('jobs.count', { schema: typed<Work>(), reply: numeric() });
    expect(await mediatorOf([handler(Count, () => ({ n: '5' }))]).request(Count, { n: 1 })).toEqual({ n: 5 });
    const error = await errorOf(mediatorOf([handler(Count, () => ({ n: 'five' }))]).request(Count, { n: 1 }));
    expect(error.code).toBe('REPLY_INVALID');
    expect(isBusError(error.cause, 'MESSAGE_INVALID')).toBe(true);
  });

  it('ends with its timeout; the signal of the handler aborts, and no timer is left', async () => {
    const runtime = manualRuntime();
    let signal: AbortSignal | undefined;
    const waits = handler(GetJob, (_, context) => {
      ({ signal } = context);
      return new Promise(() => undefined);
    });
    const asking = errorOf(mediatorOf([waits], { runtime }).request(GetJob, { n: 1 }, { timeout: '1s' }));
    await runtime.advance(999);
    expect(signal?.aborted).toBe(false);
    await runtime.advance(1);
    expect((await asking).code).toBe('REQUEST_TIMEOUT');
    expect(isBusError(signal?.reason, 'REQUEST_TIMEOUT')).toBe(true);
    expect(runtime.pendingTimers()).toBe(0);
    const quick = mediatorOf([handler(GetJob, () => ({ title: '' }))], { runtime });
    await quick.request(GetJob, { n: 1 }, { timeout: '1s' });
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('ends with its signal, before and while it waits', async () => {
    const reason = new Error('the user left');
    const caller = new AbortController();
    const waits = handler(GetJob, () => new Promise<never>(() => undefined));
    const asking = errorOf(mediatorOf([waits]).request(GetJob, { n: 1 }, { signal: caller.signal }));
    caller.abort(reason);
    const error = await asking;
    expect([error.code, error.cause]).toEqual(['REQUEST_ABORTED', reason]);
    expect((await errorOf(mediatorOf([waits]).request(GetJob, { n: 1 }, { signal: caller.signal }))).code).toBe('REQUEST_ABORTED');
  });
});
