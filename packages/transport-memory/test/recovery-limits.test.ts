import { describe, expect, it } from 'vitest';
import type { Bus, ConsumeContext, EndpointOptions, Event, LogFields } from '@waybill/core';
import { createBus, defineEvent, endpoint, handler, handlerClass, isBusError, silentLogger } from '@waybill/core';
import { memory } from '../src/index.ts';
import { recoveryBench, Work } from './support/recovery-bench.ts';

const Done: Event<Work> = defineEvent('jobs.done');

/** Never ends by itself; keeps what it was called with. */
function hanging(): { readonly contexts: ConsumeContext[]; readonly handle: (_: Work, context: ConsumeContext) => Promise<void> } {
  const contexts: ConsumeContext[] = [];
  return {
    contexts,
    handle: (_, context) => {
      contexts.push(context);
      return new Promise(() => undefined);
    },
  };
}

describe('a handler that does not end', () => {
  it.each([
    ['of the endpoint', { timeout: '2s' }, {}],
    ['of its own, which wins', { timeout: '1h' }, { timeout: '2s' }],
  ] as const)('fails as HANDLER_TIMEOUT after the timeout %s; its signal aborts, its slot is free', async (_, options, own) => {
    const { contexts, handle } = hanging();
    const endpointOptions: EndpointOptions = { ...options, concurrency: 1, handlers: [handler(Work, handle, own)] };
    await using bench = await recoveryBench(endpointOptions);
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(1_999);
    expect([contexts.length, contexts[0]?.signal.aborted]).toEqual([1, false]);
    await bench.bus.send(Work, { n: 2 });
    await bench.runtime.advance(1);
    expect(isBusError(contexts[0]?.signal.reason, 'HANDLER_TIMEOUT')).toBe(true);
    expect(contexts.length).toBe(2);
    expect(await bench.deadLetters()).toEqual([expect.stringMatching(/^failed \| HANDLER_TIMEOUT: .*"jobs.work".* 2000 ms.* \| 1$/)]);
    expect(bench.times('handler.abandoned')).toBe(1);
  });

  it('is redelivered and not tried again at once', async () => {
    const { contexts, handle } = hanging();
    await using bench = await recoveryBench({
      handlers: [
        handlerClass(
          Work,
          class Hanging {
            readonly handle = handle;
          },
          { timeout: '1s' },
        ),
      ],
      recovery: { retries: 5, redeliver: ['10s'] },
    });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(10_999);
    expect(contexts.length).toBe(1);
    await bench.runtime.advance(2_000);
    expect(contexts.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect((await bench.deadLetters()).length).toBe(1);
  });

  it('can send no more by its context, and what it throws later is heard by nobody', async () => {
    let goOn!: () => void;
    let late: unknown;
    const work = handler(
      Work,
      async (_, context) => {
        await new Promise<void>((resolve) => (goOn = resolve));
        late = await context.publish(Done, { n: 1 }).catch((error: unknown) => error);
        throw new Error('too late');
      },
      { timeout: '1s' },
    );
    await using bench = await recoveryBench({ handlers: [work] });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(1_000);
    goOn();
    await bench.runtime.settle();
    expect(isBusError(late, 'ATTEMPT_ENDED')).toBe(true);
    expect((await bench.deadLetters()).length).toBe(1);
  });

  it('leaves the time of the next handler of the same event alone', async () => {
    const { contexts, handle } = hanging();
    let second: boolean | undefined;
    const handlers = [
      handler(Done, handle, { id: 'first', timeout: '1s' }),
      handler(Done, (_, context) => void (second = context.signal.aborted), { id: 'second' }),
    ];
    await using bench = await recoveryBench({ handlers });
    await bench.bus.publish(Done, { n: 1 });
    await bench.runtime.advance(1_000);
    expect([contexts[0]?.signal.aborted, second]).toEqual([true, false]);
  });

  it('gives its message back untried when the bus stops, and leaves no timer', async () => {
    const { handle } = hanging();
    await using bench = await recoveryBench({ handlers: [handler(Work, handle, { timeout: '1h' })] });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.settle();
    const stopped = bench.bus.stop();
    await bench.runtime.advance(60_000);
    await stopped;
    expect([await bench.deadLetters(), bench.runtime.openTimers]).toEqual([[], 0]);
    const arrived: number[] = [];
    const receiver = bench.outside.receive(
      { name: 'jobs', deadLetter: '', skipped: '', ordered: false, redeliveryDelaysMs: [], options: undefined },
      { prefetch: 1 },
      ({ attempt }) => void arrived.push(attempt ?? 0),
    );
    await receiver.start();
    await bench.runtime.settle();
    expect(arrived.length).toBe(1);
  });

  it('leaves no timer when it ends in time, well or not', async () => {
    const work = handler(Work, async ({ n }) => {
      if (n === 2) throw new Error('boom');
    });
    await using bench = await recoveryBench({ handlers: [work], timeout: '1h' });
    await bench.bus.send(Work, { n: 1 });
    await bench.bus.send(Work, { n: 2 });
    await bench.runtime.settle();
    expect([(await bench.deadLetters()).length, bench.runtime.openTimers]).toEqual([1, 0]);
  });

  it.each(['0s', -1, 'soon'])('a timeout of %j is refused', (timeout) => {
    expect(() => handler(Work, () => undefined, { timeout: timeout as '1s' })).toThrow(/timeout/);
  });
});

/** Holds the event loop, truly. */
function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe('a handler that holds the event loop', () => {
  it('is reported with its message, counted, and loses nothing', async () => {
    let handled = 0;
    const work = handler(Work, ({ n }) => {
      if (n === 1) block(40);
      handled += 1;
    });
    await using bench = await realTimeBench({ handlers: [work], blockedThreshold: 30 });
    await bench.bus.send(Work, { n: 1 }, { messageId: 'slow' });
    await bench.bus.send(Work, { n: 2 }, { messageId: 'fast' });
    await expect.poll(() => handled).toBe(2);
    expect(bench.bus.endpoint('jobs').eventLoopBlocked).toBe(1);
    expect(bench.logged.filter(({ event }) => event === 'handler.blocking')).toEqual([
      expect.objectContaining({ code: 'EVENT_LOOP_BLOCKED', endpoint: 'jobs', messageIds: ['slow'], thresholdMs: 30 }),
    ]);
  });

  it('is reported also after it has waited for something', async () => {
    let handled = 0;
    const work = handler(Work, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      block(60);
      handled += 1;
    });
    await using bench = await realTimeBench({ handlers: [work], blockedThreshold: 30 });
    await bench.bus.send(Work, { n: 1 }, { messageId: 'slow' });
    await expect.poll(() => handled).toBe(1);
    await expect.poll(() => bench.bus.endpoint('jobs').eventLoopBlocked).toBe(1);
  });
});

/** A bus in real time, and what it logged above `info`. */
async function realTimeBench(options: EndpointOptions): Promise<{ readonly bus: Bus; readonly logged: LogFields[] } & AsyncDisposable> {
  const logged: LogFields[] = [];
  const log = (fields: LogFields): void => void logged.push(fields);
  const logger = { ...silentLogger, warn: log, error: log };
  const bus = createBus({ transport: memory(), logger, endpoints: [endpoint('jobs', options)] });
  await bus.start();
  return { bus, logged, [Symbol.asyncDispose]: () => bus.stop() };
}
