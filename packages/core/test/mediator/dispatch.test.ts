import { describe, expect, it } from 'vitest';
import type { Event, MediatorOptions } from '@waybill/core';
import { createMediator, defineCommand, defineEvent, handler } from '@waybill/core';
import { manualRuntime } from '../support/manual-runtime.ts';
import { gate } from '../support/waiting.ts';

const Happened: Event<{ readonly n: number }> = defineEvent('things.happened');
const Next: Event<{ readonly n: number }> = defineEvent('things.next');
const Do = defineCommand<{ readonly n: number }>('things.do');

type Dispatch = NonNullable<MediatorOptions['dispatch']>;

/** A mediator whose handler of `Happened` waits for `open`. */
function bench(dispatch: Dispatch) {
  const runtime = manualRuntime();
  const open = gate();
  const handled: number[] = [];
  let most = 0;
  let running = 0;
  const happened = handler(Happened, async ({ n }) => {
    running += 1;
    most = Math.max(most, running);
    await open.promise;
    running -= 1;
    handled.push(n);
  });
  const mediator = createMediator({ handlers: [happened], dispatch, runtime });
  return { mediator, runtime, open, handled, most: () => most };
}

const codesOf = async (works: readonly Promise<void>[]): Promise<string[]> =>
  (await Promise.allSettled(works)).map((one) => (one.status === 'fulfilled' ? 'ok' : (one.reason as { code: string }).code));
const publishAll = (mediator: ReturnType<typeof bench>['mediator'], count: number): Promise<void>[] =>
  Array.from({ length: count }, (_, n) => mediator.publish(Happened, { n }));

describe('a mediator with `dispatch`', () => {
  it('handles at most `concurrency` events at once, in their order, and `publish` does not wait for them', async () => {
    const { mediator, open, handled, most } = bench({ concurrency: 2, capacity: 10 });
    await Promise.all(publishAll(mediator, 6));
    expect([handled, mediator.dispatch]).toEqual([[], { running: 2, waiting: 4, dropped: 0, failed: 0 }]);
    open.resolve();
    await mediator.stop();
    expect([handled, most()]).toEqual([[0, 1, 2, 3, 4, 5], 2]);
  });

  it('`wait` does not wait for ever: a handler that waits for itself is told so after 30 s, and leaves no timer', async () => {
    const runtime = manualRuntime();
    const codes: string[] = [];
    const happened = handler(Happened, async ({ n }) => {
      if (n === 0) codes.push(...(await codesOf([1, 2].map((next) => mediator.publish(Happened, { n: next })))));
    });
    const mediator = createMediator({ handlers: [happened], dispatch: { concurrency: 1, capacity: 1 }, runtime });
    await mediator.publish(Happened, { n: 0 });
    await runtime.advance(29_999);
    expect(codes).toEqual([]);
    await runtime.advance(1);
    expect(codes).toEqual(['ok', 'QUEUE_FULL']);
    await mediator.stop();
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('`wait` slows the producer: no more wait than there is room for', async () => {
    const { mediator, open, handled, runtime } = bench({ concurrency: 1, capacity: 3 });
    let published = 0;
    let most = 0;
    const producing = (async () => {
      for (let n = 0; n < 200; n += 1) {
        await mediator.publish(Happened, { n });
        published += 1;
        most = Math.max(most, mediator.dispatch?.waiting ?? 0);
      }
    })();
    await runtime.settle();
    expect(published).toBe(4);
    open.resolve();
    await producing;
    await mediator.stop();
    expect([handled.length, most, mediator.dispatch?.dropped]).toEqual([200, 3, 0]);
  });

  it('`reject` refuses what has no room, and handles the rest', async () => {
    const { mediator, open, handled } = bench({ concurrency: 1, capacity: 2, whenFull: 'reject' });
    expect(await codesOf(publishAll(mediator, 5))).toEqual(['ok', 'ok', 'ok', 'QUEUE_FULL', 'QUEUE_FULL']);
    open.resolve();
    await mediator.stop();
    expect(handled).toEqual([0, 1, 2]);
  });

  it('`drop` counts what has no room, and tells of the first', async () => {
    const { mediator, open, handled, runtime } = bench({ concurrency: 1, capacity: 2, whenFull: 'drop' });
    expect(await codesOf(publishAll(mediator, 50))).toEqual(Array.from({ length: 50 }, () => 'ok'));
    expect(mediator.dispatch).toEqual({ running: 1, waiting: 2, dropped: 47, failed: 0 });
    expect(runtime.logged.map(({ event }) => event)).toEqual(['dispatch.dropped']);
    open.resolve();
    await mediator.stop();
    expect(handled).toEqual([0, 1, 2]);
  });

  it('a handler that fails is counted and logged; the others go on', async () => {
    const runtime = manualRuntime();
    const handled: number[] = [];
    const failing = handler(Happened, ({ n }) => {
      if (n === 0) throw new Error('broken');
      handled.push(n);
    });
    const mediator = createMediator({ handlers: [failing], dispatch: { concurrency: 1 }, runtime });
    await Promise.all(publishAll(mediator, 2));
    await mediator.stop();
    expect([handled, mediator.dispatch?.failed]).toEqual([[1], 1]);
    expect(runtime.logged).toEqual([expect.objectContaining({ event: 'dispatch.failed', contract: 'things.happened' })]);
  });

  it('what a handler publishes is handled in its own place, so that a full queue cannot hold it up', async () => {
    const handled: string[] = [];
    const first = handler(Happened, async ({ n }, context) => {
      await context.publish(Next, { n });
      handled.push(`first ${n}`);
    });
    const second = handler(Next, ({ n }) => void handled.push(`second ${n}`));
    const mediator = createMediator({ handlers: [first, second], dispatch: { concurrency: 1, capacity: 1 } });
    await Promise.all(publishAll(mediator, 4));
    await mediator.stop();
    expect(handled.slice(0, 4)).toEqual(['second 0', 'first 0', 'second 1', 'first 1']);
    expect(handled.length).toBe(8);
  });

  it('a stop handles what has a place and refuses the rest; given up, it drops what waits', async () => {
    const { mediator, open, handled, runtime } = bench({ concurrency: 1, capacity: 1 });
    const publishing = codesOf(publishAll(mediator, 3));
    await runtime.settle();
    const giveUp = new AbortController();
    const stopping = mediator.stop({ signal: giveUp.signal });
    expect(await publishing).toEqual(['ok', 'ok', 'BUS_STOPPED']);
    expect(await codesOf([mediator.publish(Happened, { n: 9 })])).toEqual(['BUS_STOPPED']);
    giveUp.abort();
    await stopping;
    expect([handled, mediator.dispatch?.dropped]).toEqual([[], 1]);
    open.resolve();
  });

  it('commands are handled at the call as ever, and wrong options are told', async () => {
    const done: number[] = [];
    const mediator = createMediator({ handlers: [handler(Do, ({ n }) => void done.push(n))], dispatch: {} });
    await mediator.send(Do, { n: 1 });
    expect(done).toEqual([1]);
    await mediator.stop();
    expect(() => createMediator({ handlers: [], dispatch: { capacity: 0, whenFull: 'block', paralel: 1 } as never })).toThrow(
      /3 reasons[^]*`paralel` is no option[^]*`capacity`[^]*`whenFull`/,
    );
  });
});
