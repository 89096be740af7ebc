import { describe, expect, it } from 'vitest';
import { linkSteps } from '../../src/pipeline/pipeline.ts';
import type { Middleware, PipelineContext, Step } from '../../src/pipeline/step.ts';
import { isPromise } from '../../src/runtime/maybe-promise.ts';
import { gate, outcomeOf } from '../support/waiting.ts';

interface Context extends PipelineContext {
  readonly order: string[];
}
const newContext = (): Context => ({ position: 0, order: [] });
const step = (name: string, run?: Middleware<Context>): Step<Context> => ({
  name,
  description: name,
  run:
    run ??
    ((context, next) => {
      context.order.push(name);
      return next(context);
    }),
});

describe('linked steps', () => {
  it('run in order, and back, at once where none waits', () => {
    const around = step('around', (context, next) => {
      context.order.push('before');
      void next(context);
      context.order.push('after');
    });
    const context = newContext();
    expect(linkSteps([around, step('a'), step('b')])(context)).toBeUndefined();
    expect(context.order).toEqual(['before', 'a', 'b', 'after']);
  });

  it('wait for those that wait', async () => {
    const open = gate();
    const slow = step('slow', async (context, next) => {
      await open.promise;
      await next(context);
    });
    const context = newContext();
    const running = linkSteps([slow, step('a')])(context);
    expect([isPromise(running as never), context.order]).toEqual([true, []]);
    open.resolve();
    await running;
    expect(context.order).toEqual(['a']);
  });

  it('end where a step does not go on', () => {
    const context = newContext();
    void linkSteps([step('a'), step('end', () => undefined), step('b')])(context);
    expect(context.order).toEqual(['a']);
  });

  it('pass on what a step throws, at once or later', async () => {
    const broken = new Error('broken');
    const throwing = step('throws', () => {
      throw broken;
    });
    const rejecting = step('rejects', () => Promise.reject(broken));
    for (const failing of [throwing, rejecting])
      expect(await outcomeOf((async () => linkSteps([step('a'), failing])(newContext()))())).toBe(broken);
  });

  it.each([
    ['in a row', (context: Context, next: (context: Context) => unknown) => void [next(context), next(context)]],
    [
      'later',
      async (context: Context, next: (context: Context) => unknown) => {
        await next(context);
        await next(context);
      },
    ],
  ])('fail when one goes on twice (%s); what follows runs once', async (_, run) => {
    const context = newContext();
    const twice = step('twice', run as Middleware<Context>);
    expect(await outcomeOf((async () => linkSteps([step('a'), twice, step('b')])(context))())).toMatchObject({
      code: 'NEXT_CALLED_TWICE',
      details: { step: 'twice' },
    });
    expect(context.order).toEqual(['a', 'b']);
  });

  it('share nothing between contexts', () => {
    const run = linkSteps([step('a'), step('b')]);
    const contexts = [newContext(), newContext()];
    for (const context of contexts) void run(context);
    expect(contexts.map(({ order }) => order)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('of which there are none do nothing', () => {
    expect(linkSteps<Context>([])(newContext())).toBeUndefined();
  });
});
