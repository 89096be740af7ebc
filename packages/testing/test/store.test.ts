import { describe, expect, it } from 'vitest';
import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { memoryStore, type MemoryTransaction } from '@waybill/storage-memory';
import { createTestHarness } from '@waybill/testing';

const SubmitOrder = defineCommand<{ readonly orderId: string }>('orders.submit-order');
const OrderSubmitted = defineEvent<{ readonly orderId: string }>('orders.order-submitted');

describe('a harness with a store', () => {
  it('shows what a handler has published, once its transaction is committed', async () => {
    const store = memoryStore();
    const submitOrder = handler(SubmitOrder, async ({ orderId }, context) => {
      await (context.transaction as MemoryTransaction).table('orders').set(orderId, 'submitted');
      await context.publish(OrderSubmitted, { orderId });
    });
    await using harness = await createTestHarness({ handlers: [submitOrder], store });
    await harness.bus.send(SubmitOrder, { orderId: '1' });
    await harness.published(OrderSubmitted, { orderId: '1' });
    expect(store.rows('orders').get('1')).toBe('submitted');
  });

  it('rolls back attempts that failed, and lets the next one come in virtual time', async () => {
    const store = memoryStore();
    let attempts = 0;
    const submitOrder = handler(SubmitOrder, async ({ orderId }, context) => {
      attempts += 1;
      await (context.transaction as MemoryTransaction).table('orders').set(`${orderId}/${attempts}`, attempts);
      await context.publish(OrderSubmitted, { orderId });
      if (attempts < 3) throw new Error('not yet');
    });
    const orders = endpoint('orders', { handlers: [submitOrder], recovery: { retries: 1, redeliver: ['10m'] } });
    await using harness = await createTestHarness({ endpoints: [orders], store });
    await harness.bus.send(SubmitOrder, { orderId: '1' });
    await harness.published.none(OrderSubmitted);
    expect(store.rows('orders').size).toBe(0);
    await harness.advance('10m');
    expect(await harness.published.count(OrderSubmitted)).toBe(1);
    expect(Array.from(store.rows('orders').keys())).toEqual(['1/3']);
  });

  it('gives its time to the store: what is delayed there comes when so much of it has passed', async () => {
    const submitOrder = handler(SubmitOrder, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }, { delay: '10m' }));
    await using harness = await createTestHarness({ handlers: [submitOrder], store: memoryStore(), like: 'kafka' });
    await harness.bus.send(SubmitOrder, { orderId: '1' });
    await harness.consumed(SubmitOrder);
    await harness.advance('599s');
    await harness.published.none(OrderSubmitted);
    await harness.advance('1s');
    expect(await harness.published.count(OrderSubmitted)).toBe(1);
  });

  it('says nothing of the timers of its relay where a message is not there', async () => {
    await using harness = await createTestHarness({ store: memoryStore() });
    await expect(harness.published(OrderSubmitted)).rejects.toThrow(
      'Time stands still: what waits for it comes by `await harness.advance(…)`.',
    );
  });
});
