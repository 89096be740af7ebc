import { describe, expect, it, vi } from 'vitest';
import type { Middleware, OutgoingContext } from '@waybill/core';
import { endpoint, handler, retry } from '@waybill/core';
import { createTestHarness } from '@waybill/testing';
import { GetOrder, OrderRefused, OrderSubmitted, ShipOrder, SubmitOrder } from './contracts.ts';

const submitOrder = handler(SubmitOrder, async ({ orderId, total }, context) => {
  if (total < 0) throw new Error('the total is negative');
  await context.publish(OrderSubmitted, { orderId, lines: [{ sku: 'a' }] });
});

/** Sends what was for others to `orders`, as a service with an old route would. */
const toOrders: Middleware<OutgoingContext> = (context, next) => {
  context.destination = { kind: 'endpoint', name: 'orders' };
  return next(context);
};

/** The message of what a promise rejects with. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => expect.unreachable('it did not fail'),
    (error: Error) => error.message,
  );
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: { readonly code: string }) => error.code,
  );
}

describe('a harness', () => {
  it('runs handlers on a started bus, and records what is sent, consumed and published', async () => {
    await using harness = await createTestHarness({ handlers: [submitOrder] });
    expect(harness.state).toBe('started');
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 12 }, { correlationId: 'flow', headers: { colour: 'red' } });
    const published = await harness.published(OrderSubmitted, { orderId: '1' });
    const consumed = await harness.consumed(SubmitOrder);
    const sent = await harness.sent(SubmitOrder, ({ total }) => total === 12);
    expect(published.message).toEqual({ orderId: '1', lines: [{ sku: 'a' }] });
    expect(published).toMatchObject({
      from: 'orders',
      place: 'orders.order-submitted',
      correlationId: 'flow',
      causationId: sent.messageId,
      at: 0,
    });
    expect(consumed).toMatchObject({ place: 'orders', attempt: 1, message: { orderId: '1', total: 12 }, messageId: sent.messageId });
    expect(sent.headers).toEqual(new Map([['colour', 'red']]));
    expect(sent.from).toBeUndefined();
  });

  it('finds by predicate, by fields, by nested fields, by functions and matchers in the place of fields', async () => {
    await using harness = await createTestHarness({ handlers: [submitOrder] });
    for (const [orderId, total] of [
      ['1', 10],
      ['2', 20],
    ] as const)
      await harness.bus.send(SubmitOrder, { orderId, total });
    expect((await harness.consumed(SubmitOrder, (order, { attempt }) => order.total > 10 && attempt === 1)).message.orderId).toBe('2');
    expect((await harness.consumed(SubmitOrder, { total: 20 })).message.orderId).toBe('2');
    expect((await harness.consumed(SubmitOrder, { total: (total) => total > 10 })).message.orderId).toBe('2');
    await harness.published(OrderSubmitted, { orderId: '2', lines: [{ sku: 'a' }] });
    await harness.published(OrderSubmitted, { orderId: expect.any(String) as string });
    expect(await harness.consumed.count(SubmitOrder)).toBe(2);
    expect((await harness.sent.list(SubmitOrder, { total: 10 })).map(({ message }) => message.orderId)).toEqual(['1']);
    expect(await harness.sent.count()).toBe(2);
  });

  it('records a reply under the contract of its request', async () => {
    await using harness = await createTestHarness({ handlers: [handler(GetOrder, () => ({ total: 5 }))] });
    expect(await harness.bus.request(GetOrder, { orderId: '1' })).toEqual({ total: 5 });
    const [asked, reply] = [await harness.sent(GetOrder), await harness.replied(GetOrder, { total: 5 })];
    expect(reply.requestId).toBe(asked.requestId);
    expect(reply.requestId).toBeDefined();
  });

  it('accepts commands for other services, or refuses them where it is told to', async () => {
    const ship = handler(OrderSubmitted, ({ orderId }, context) => context.send(ShipOrder, { orderId }));
    await using harness = await createTestHarness({ handlers: [submitOrder, ship] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    expect(await harness.sent(ShipOrder)).toMatchObject({
      place: 'shipping',
      message: { orderId: '1' },
      from: 'test.orders.order-submitted',
    });
    await harness.faulted.none();
    await using strict = await createTestHarness({ handlers: [submitOrder, ship], otherEndpoints: 'refuse' });
    await strict.bus.publish(OrderSubmitted, { orderId: '1' });
    expect(await strict.faulted(OrderSubmitted)).toMatchObject({ error: { code: 'UNROUTABLE' } });
  });

  it('idle waits for cascades and for handlers on real work, not for time', async () => {
    const seen: string[] = [];
    const slow = handler(OrderSubmitted, async (_, context) => {
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push('slow');
      await context.publish(OrderRefused, { orderId: '1', why: 'because' });
    });
    const last = handler(OrderRefused, () => void seen.push('last'));
    await using harness = await createTestHarness({ handlers: [submitOrder, slow, last] });
    void harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.idle();
    expect(seen).toEqual(['slow', 'last']);
    expect(harness.now).toEqual(new Date('2026-01-01T00:00:00Z'));
  });

  it('finds what is there though a handler still runs', async () => {
    const hangs = handler(SubmitOrder, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await harness.bus.publish(OrderSubmitted, { orderId: '1' });
      await new Promise(() => undefined);
    });
    await using harness = await createTestHarness({ handlers: [hangs], patience: 20 });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    expect((await harness.published(OrderSubmitted)).message).toEqual({ orderId: '1' });
    expect(await failureOf(harness.idle())).toContain('A handler has not ended');
  });

  it('waits for a handler on real work though the broker has set a timer on its behalf', async () => {
    let seen = false;
    const works = handler(SubmitOrder, async () => {
      await harness.bus.publish(OrderSubmitted, { orderId: '1' }, { delay: '1h' });
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen = true;
    });
    await using harness = await createTestHarness({ handlers: [works, handler(OrderSubmitted, () => undefined)] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.idle();
    expect(seen).toBe(true);
  });

  it('records skipped messages', async () => {
    const orders = endpoint('orders', { handlers: [handler(GetOrder, () => ({ total: 1 }))] });
    await using harness = await createTestHarness({ endpoints: [orders], sendMiddleware: [toOrders] });
    await harness.bus.send(ShipOrder, { orderId: '1' });
    expect(await harness.skipped(ShipOrder)).toMatchObject({ place: 'orders' });
    await harness.consumed.none();
    expect(await harness.sent.count()).toBe(1);
  });

  it('starts again after stop, and stops with a handler that hangs', async () => {
    const harness = await createTestHarness({ handlers: [handler(SubmitOrder, () => new Promise<void>(() => undefined))] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.stop();
    expect(harness.state).toBe('stopped');
    expect(harness.now.getTime() - Date.UTC(2026, 0, 1)).toBeLessThanOrEqual(1_000);
    await harness.stop();
    await harness.start();
    expect(harness.state).toBe('started');
    await harness.stop();
  });

  it('takes ids, chances and times from its seed', async () => {
    const run = async (seed: number) => {
      await using harness = await createTestHarness({ handlers: [submitOrder], seed, startsAt: new Date('2030-05-05T00:00:00Z') });
      await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
      const { messageId, allHeaders } = await harness.published(OrderSubmitted);
      return `${messageId} ${allHeaders.get('waybill-sent')}`;
    };
    expect(await run(5)).toBe(await run(5));
    expect(await run(5)).not.toBe(await run(6));
    expect(await run(5)).toContain('2030-05-05T00:00:00.000Z');
  });
});

describe('virtual time', () => {
  const failing = (times: number) =>
    endpoint('orders', {
      recovery: { retries: retry.interval({ retries: 1, every: '2s' }), redeliver: ['1d', '1d', '1d'] },
      handlers: [
        handler(SubmitOrder, (_, { attempt }) => {
          if (attempt <= times) throw new Error(`attempt ${attempt}`);
        }),
      ],
    });

  it('brings retries and redeliveries, each at its time', async () => {
    await using harness = await createTestHarness({ endpoints: [failing(3)] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.idle();
    expect(await harness.faulted.count(SubmitOrder)).toBe(1);
    await harness.advance('2s');
    expect(await harness.faulted.count(SubmitOrder)).toBe(2);
    await harness.consumed.none(SubmitOrder);
    await harness.advance('3d');
    expect((await harness.consumed(SubmitOrder)).at).toBe(2_000 + 86_400_000 + 2_000);
    expect((await harness.faulted.list()).map(({ next, delayMs }) => [next, delayMs])).toEqual([
      ['retry', 2_000],
      ['redeliver', 86_400_000],
      ['retry', 2_000],
    ]);
  });

  it('ends in the dead letters, with error and reason', async () => {
    await using harness = await createTestHarness({ endpoints: [failing(99)] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.advance('4d');
    const letter = await harness.deadLettered(SubmitOrder);
    expect(letter).toMatchObject({ reason: 'failed', attempt: 8, message: { orderId: '1' }, error: { message: 'attempt 8' } });
    expect(await harness.deadLettered.count()).toBe(1);
  });

  it('lets messages expire, at the broker too', async () => {
    await using harness = await createTestHarness({ handlers: [submitOrder] });
    await harness.bus.endpoint('orders').pause();
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 }, { timeToLive: '5s' });
    await harness.advance('6s');
    await harness.bus.endpoint('orders').resume();
    expect(await harness.deadLettered(SubmitOrder, { orderId: '1' })).toMatchObject({ reason: 'expired' });
    await harness.consumed.none();
  });

  it('delivers delayed messages when they are due', async () => {
    await using harness = await createTestHarness({ handlers: [submitOrder] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 }, { delay: '10m' });
    expect((await harness.sent(SubmitOrder)).due).toEqual(new Date('2026-01-01T00:10:00Z'));
    await harness.advance('599s');
    await harness.consumed.none();
    await harness.advance('1s');
    expect((await harness.consumed(SubmitOrder)).at).toBe(600_000);
  });

  it('lets a request time out though its handler hangs, where it is told to', async () => {
    const hangs = handler(GetOrder, () => new Promise<{ readonly total: number }>(() => undefined));
    await using harness = await createTestHarness({ handlers: [hangs], patience: '20ms' });
    const asked = harness.bus.request(GetOrder, { orderId: '1' }, { timeout: '30s' });
    const refused = codeOf(asked);
    expect(await failureOf(harness.advance('30s'))).toMatch(
      /A handler has not ended after 20 ms of real time:\n {2}orders\.get-order at orders, attempt 1/,
    );
    await harness.advance('30s', { overRunning: true });
    expect(await refused).toBe('REQUEST_TIMEOUT');
  });

  it('passes over a handler that waits for its own request, at once', async () => {
    const asks = handler(SubmitOrder, async (_, context) => {
      await context.request(GetOrder, { orderId: '1' }, { to: 'elsewhere', timeout: '30s' });
    });
    await using harness = await createTestHarness({ handlers: [asks] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.idle();
    await harness.faulted.none();
    await harness.advance('30s');
    expect(await harness.faulted(SubmitOrder)).toMatchObject({ error: { code: 'REQUEST_TIMEOUT' }, at: 30_000 });
  });

  it('until lets pass what a promise needs, and no more', async () => {
    const flaky = endpoint('orders', {
      recovery: { redeliver: ['7s'] },
      handlers: [
        handler(GetOrder, (_, { attempt }) => {
          if (attempt === 1) throw new Error('not yet');
          return { total: 3 };
        }),
      ],
    });
    await using harness = await createTestHarness({ endpoints: [flaky], patience: '20ms' });
    expect(await harness.until(harness.bus.request(GetOrder, { orderId: '1' }))).toEqual({ total: 3 });
    expect(harness.now).toEqual(new Date('2026-01-01T00:00:07Z'));
    expect(await failureOf(harness.until(new Promise(() => undefined)))).toMatch(/has not settled within 20 ms/);
  });

  it('until gives up where timers have no end', async () => {
    const again = handler(OrderSubmitted, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }, { delay: '1s' }));
    await using harness = await createTestHarness({ handlers: [again], patience: 5 });
    await harness.bus.publish(OrderSubmitted, { orderId: '1' });
    expect(await failureOf(harness.until(new Promise(() => undefined)))).toContain('no timer has settled it');
  });

  it('waits for a handler on real work before time passes', async () => {
    const works = endpoint('orders', {
      recovery: { redeliver: ['10s'] },
      handlers: [
        handler(SubmitOrder, async (_, { attempt }) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (attempt === 1) throw new Error('once');
        }),
      ],
    });
    await using harness = await createTestHarness({ endpoints: [works] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.advance('10s');
    expect((await harness.consumed(SubmitOrder)).at).toBe(10_000);
  });

  it('fails when messages cause each other for ever', async () => {
    const ping = handler(OrderSubmitted, ({ orderId }, context) => context.publish(OrderRefused, { orderId, why: 'ping' }));
    const pong = handler(OrderRefused, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }));
    await using harness = await createTestHarness({ handlers: [ping, pong] });
    await harness.bus.publish(OrderSubmitted, { orderId: '1' });
    expect(await failureOf(harness.idle())).toMatch(/cause each other without end: after 1000 in a row/);
  });
});

it('the fake timers of a runner neither move nor stop its clock', async () => {
  vi.useFakeTimers();
  try {
    await using harness = await createTestHarness({ handlers: [submitOrder], patience: 20 });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 }, { delay: '1h' });
    await vi.advanceTimersByTimeAsync(3_600_000);
    await harness.consumed.none();
    await harness.advance('1h');
    await harness.published(OrderSubmitted);
    await harness.bus.send(SubmitOrder, { orderId: '2', total: 1 });
    expect(await failureOf(harness.until(new Promise(() => undefined)))).toContain('within 20 ms of real time');
  } finally {
    vi.useRealTimers();
  }
});
