import { describe, expect, it, vi } from 'vitest';
import type { Bus, BusOptions, Command, ConsumeContext, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler } from '@waybill/core';
import { memory } from '../src/index.ts';
import { codeOf, gate } from './support/waiting.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work');
const Done: Event<{ readonly n: number }> = defineEvent('jobs.done');
const Double = defineQuery<{ readonly n: number }, number>('jobs.double');

type Links = Pick<ConsumeContext, 'messageId' | 'correlationId' | 'causationId' | 'conversationId' | 'initiatorId'>;
const linksOf = ({ messageId, correlationId, causationId, conversationId, initiatorId }: Links): Links => ({
  messageId,
  correlationId,
  causationId,
  conversationId,
  initiatorId,
});

/** A bus whose handler of `Work` runs `body`, and what came of `Done`. */
async function bench(
  body: (bus: Bus, context: ConsumeContext, seen: readonly number[]) => unknown,
  options: Partial<BusOptions> = { ambient: true },
) {
  const seen: number[] = [];
  const links: Links[] = [];
  const parents: Links[] = [];
  let came = gate();
  const work = handler(Work, async (_, context) => {
    parents.push(linksOf(context));
    await body(bus, context, seen);
  });
  const watch = handler(Done, ({ n }, context) => {
    seen.push(n);
    links.push(linksOf(context));
    came.resolve();
  });
  const double = handler(Double, ({ n }, context) => {
    links.push(linksOf(context));
    return n * 2;
  });
  const endpoints = [endpoint('jobs', { handlers: [work, double], recovery: { retries: 1 } }), endpoint('watch', { handlers: [watch] })];
  const bus: Bus = createBus({ transport: memory(), endpoints, ...options } as BusOptions);
  await bus.start();
  const next = async (): Promise<void> => {
    await came.promise;
    came = gate();
  };
  return { bus, seen, links, parents, next };
}

const childOf = (parent: Links | undefined) => ({
  correlationId: parent?.correlationId,
  causationId: parent?.messageId,
  conversationId: parent?.conversationId,
  initiatorId: parent?.correlationId,
});

describe('with `ambient: true`, `bus` in a handler', () => {
  it('joins the unit of work, also after `await`, and carries the links', async () => {
    const { bus, seen, links, parents, next } = await bench(async (inner, _context, before) => {
      await Promise.resolve();
      await inner.publish(Done, { n: 1 });
      await new Promise((resolve) => setImmediate(resolve));
      expect(before).toEqual([]);
    });
    await bus.send(Work, { n: 0 }, { correlationId: 'order-1' });
    await next();
    expect([seen, links[0]]).toEqual([[1], expect.objectContaining(childOf(parents[0]))]);
    expect(links[0]?.correlationId).toBe('order-1');
    await bus.stop();
  });

  it('sends nothing where the attempt fails; what is detached leaves at once, with its links', async () => {
    let attempts = 0;
    const { bus, seen, links, parents, next } = await bench(async (inner) => {
      attempts += 1;
      await inner.publish(Done, { n: attempts });
      await inner.publishAll(Done, [{ n: 10 * attempts }]);
      if (attempts > 1) return;
      await inner.publish(Done, { n: 99 }, { detached: true });
      await next();
      throw new Error('once');
    });
    await bus.send(Work, { n: 0 });
    await vi.waitFor(() => expect(seen).toEqual([99, 2, 20]));
    expect(links[0]).toMatchObject(childOf(parents[0]));
    await bus.stop();
  });

  it('after a good attempt a timer leaves at once and keeps the links; after a failed one it is refused', async () => {
    const refused = gate<string>();
    let attempts = 0;
    const { bus, seen, links, parents, next } = await bench((inner) => {
      attempts += 1;
      const failing = attempts === 1;
      setImmediate(() => {
        const sending = codeOf(inner.publish(Done, { n: attempts }));
        if (failing) void sending.then(refused.resolve);
      });
      if (failing) throw new Error('once');
    });
    await bus.send(Work, { n: 0 }, { correlationId: 'order-2' });
    expect(await refused.promise).toBe('ATTEMPT_ENDED');
    await next();
    expect([seen, links[0]]).toEqual([[2], expect.objectContaining(childOf(parents[1]))]);
    await bus.stop();
  });

  it('asks with the links of its message', async () => {
    const { bus, links, parents, next } = await bench(async (inner) => {
      await inner.publish(Done, { n: await inner.request(Double, { n: 4 }) });
    });
    await bus.send(Work, { n: 0 });
    await next();
    expect(links.map(({ causationId }) => causationId)).toEqual([parents[0]?.messageId, parents[0]?.messageId]);
    await bus.stop();
  });

  it('outside of a handler nothing is joined', async () => {
    const { bus, links, next } = await bench(() => undefined);
    await bus.publish(Done, { n: 1 });
    await next();
    expect(links[0]?.causationId).toBeUndefined();
    await bus.stop();
  });
});

it('without it `bus` leaves at once and begins a conversation of its own', async () => {
  const { bus, links, next } = await bench(async (inner) => {
    await inner.publish(Done, { n: 1 });
    await next();
  }, {});
  await bus.send(Work, { n: 0 });
  await vi.waitFor(() => expect(links.length).toBe(1));
  expect(links[0]).toMatchObject({ causationId: undefined });
  await bus.stop();
});

it('is a coded error where the platform has no asynchronous context', () => {
  const spy = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  try {
    expect(() => createBus({ transport: memory(), ambient: true })).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION_INVALID',
        details: expect.objectContaining({ codes: ['AMBIENT_UNAVAILABLE'] }) as unknown,
      }) as Error,
    );
    expect(() => createBus({ transport: memory() })).not.toThrow();
  } finally {
    spy.mockRestore();
  }
});
