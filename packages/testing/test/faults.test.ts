import { describe, expect, it } from 'vitest';
import { endpoint, handler } from '@waybill/core';
import type { FaultRates } from '@waybill/testing';
import { createTestHarness, forSeeds } from '@waybill/testing';
import { OrderSubmitted, SubmitOrder } from './contracts.ts';

const recovery = { retries: 2, redeliver: ['1s', '1s', '1s', '1s', '1s', '1s', '1s', '1s'] } as const;

/** Twenty orders through two endpoints under faults; how often each arrived at the end. */
async function run(faults: FaultRates, like?: 'rabbitmq') {
  const arrived = new Map<string, number>();
  const order: string[] = [];
  const submit = handler(SubmitOrder, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }));
  const arrive = handler(OrderSubmitted, ({ orderId }) => {
    arrived.set(orderId, (arrived.get(orderId) ?? 0) + 1);
    order.push(orderId);
  });
  await using harness = await createTestHarness({
    faults,
    ...(like === undefined ? {} : { like }),
    endpoints: [endpoint('orders', { handlers: [submit], recovery }), endpoint('mail', { handlers: [arrive], recovery, concurrency: 1 })],
  });
  await Promise.all(Array.from({ length: 20 }, (_, index) => harness.bus.send(SubmitOrder, { orderId: String(index), total: 1 })));
  await harness.advance('5s');
  harness.heal();
  await harness.advance('1m');
  await harness.deadLettered.none();
  return { arrived, order, timeline: String(harness.timeline()) };
}

const total = (arrived: ReadonlyMap<string, number>): number => Array.from(arrived.values()).reduce((sum, one) => sum + one, 0);

describe('faults by seed', () => {
  it('without faults everything arrives once, in order', async () => {
    const { arrived, order } = await run({});
    expect(total(arrived)).toBe(20);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });

  it.each([
    ['duplicate', undefined],
    ['loseConfirm', 'rabbitmq'],
    ['crash', 'rabbitmq'],
    ['crash', undefined],
  ] as const)('%s brings messages twice and loses none (like %s)', async (fault, like) => {
    const { arrived } = await run({ seed: 3, [fault]: 0.3 }, like);
    expect(arrived.size).toBe(20);
    expect(total(arrived)).toBeGreaterThan(20);
  });

  it('rejectSend loses none and doubles none', async () => {
    const { arrived, timeline } = await run({ seed: 3, rejectSend: 0.3 }, 'rabbitmq');
    expect([arrived.size, total(arrived)]).toEqual([20, 20]);
    expect(timeline).toContain('SEND_REJECTED');
  });

  it('heal ends the faults', async () => {
    const submit = handler(SubmitOrder, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }));
    const orders = endpoint('orders', { handlers: [submit], recovery: { redeliver: ['1s', '1s'] } });
    await using harness = await createTestHarness({ endpoints: [orders], like: 'rabbitmq', faults: { rejectSend: 1 } });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.advance('1s');
    expect(await harness.faulted.count(SubmitOrder)).toBe(2);
    harness.heal();
    await harness.advance('1s');
    await harness.published(OrderSubmitted);
  });

  it('a crash at every occasion hits a message ten times, and lets it go', async () => {
    await using harness = await createTestHarness({ handlers: [handler(SubmitOrder, () => undefined)], faults: { crash: 1 } });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    expect((await harness.consumed(SubmitOrder)).attempt).toBe(11);
  });

  it('reorder changes the order, and loses and doubles none', async () => {
    const { order } = await run({ seed: 3, reorder: 0.9 });
    expect(order).not.toEqual(order.toSorted((a, b) => Number(a) - Number(b)));
    expect(new Set(order).size).toBe(20);
    expect(order).toHaveLength(20);
  });

  it('the same seed gives the same timeline, another seed another', async () => {
    const all = { duplicate: 0.2, reorder: 0.2, loseConfirm: 0.1, rejectSend: 0.1, crash: 0.1 };
    const one = await run({ seed: 11, ...all }, 'rabbitmq');
    expect((await run({ seed: 11, ...all }, 'rabbitmq')).timeline).toBe(one.timeline);
    expect((await run({ seed: 12, ...all }, 'rabbitmq')).timeline).not.toBe(one.timeline);
  });

  it('no effect is lost in 1,000 runs, on a queue and on a log', { timeout: 30_000 }, async () => {
    const submit = handler(SubmitOrder, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }));
    await forSeeds(1_000, async (seed) => {
      const arrived = new Set<string>();
      const arrive = handler(OrderSubmitted, ({ orderId }) => void arrived.add(orderId));
      await using harness = await createTestHarness({
        like: seed % 2 === 0 ? 'rabbitmq' : 'kafka',
        faults: { seed, duplicate: 0.1, reorder: 0.1, loseConfirm: 0.1, rejectSend: 0.1, crash: 0.1 },
        endpoints: [endpoint('orders', { handlers: [submit], recovery }), endpoint('mail', { handlers: [arrive], recovery })],
      });
      for (const orderId of ['1', '2', '3']) await harness.bus.send(SubmitOrder, { orderId, total: 1 });
      await harness.advance('1m');
      expect(arrived.size).toBe(3);
    });
  });

  it('forSeeds names the first seed that fails', async () => {
    const ran: number[] = [];
    const failing = forSeeds({ from: 3, count: 10 }, async (seed) => {
      ran.push(seed);
      if (seed === 5) throw new Error('lost');
      return Promise.resolve();
    });
    await expect(failing).rejects.toThrow('Seed 5 failed (repeat it alone by `{ from: 5, count: 1 }`): lost');
    expect(ran).toEqual([3, 4, 5]);
  });

  it('a failure names the seed; an unknown fault or an impossible share is refused', async () => {
    await using harness = await createTestHarness({ faults: { seed: 9, duplicate: 0.5 } });
    await expect(harness.published(OrderSubmitted)).rejects.toThrow('Faults went on by seed 9');
    expect(harness.timeline().toString()).toBe('faults by seed 9');
    await expect(createTestHarness({ faults: { loose: 1 } as FaultRates })).rejects.toThrow(
      'Unknown fault `loose`. Known are: seed, duplicate',
    );
    await expect(createTestHarness({ faults: { crash: 2 } })).rejects.toThrow('`faults.crash` is 2. Use a share from 0 to 1.');
  });
});
