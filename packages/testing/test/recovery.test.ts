import { expect, it } from 'vitest';
import { endpoint, Fault, handler, isFaultOf } from '@waybill/core';
import { createTestHarness } from '@waybill/testing';
import { GetOrder, OrderSubmitted, SubmitOrder } from './contracts.ts';

/** Fails while `broken.is`. */
const orders = (broken: { is: boolean }) =>
  endpoint('orders', {
    recovery: { redeliver: ['1m'] },
    handlers: [
      handler(SubmitOrder, async ({ orderId }, context) => {
        if (broken.is) throw new Error('no database');
        await context.publish(OrderSubmitted, { orderId });
      }),
      handler(GetOrder, () => {
        throw new Error('no database');
      }),
    ],
  });

it('a dead letter that is returned is handled again', async () => {
  const broken = { is: true };
  await using harness = await createTestHarness({ endpoints: [orders(broken)] });
  await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
  await harness.advance('1m');
  const letter = await harness.deadLettered(SubmitOrder, { orderId: '1' });
  expect(letter).toMatchObject({ attempt: 2, reason: 'failed', at: 60_000 });
  broken.is = false;
  const { outcomes } = await harness.bus.deadLetters('orders').return(({ reason }) => reason === 'failed');
  expect(outcomes.map(({ status }) => status)).toEqual(['returned']);
  expect(await harness.consumed(SubmitOrder)).toMatchObject({ messageId: letter.messageId, attempt: 1 });
  await harness.published(OrderSubmitted, { orderId: '1' });
  expect(await harness.deadLettered.count()).toBe(1);
  broken.is = true;
  await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 }, { messageId: letter.messageId as string });
  await harness.advance('1m');
  expect(await harness.deadLettered.count()).toBe(2);
});

it('a fault is published, and consumed where somebody handles faults', async () => {
  const heard: string[] = [];
  const alarm = handler(Fault, (fault) => {
    if (isFaultOf(fault, SubmitOrder)) heard.push(fault.message?.orderId ?? '');
  });
  await using harness = await createTestHarness({ endpoints: [orders({ is: true }), endpoint('alarm', { handlers: [alarm] })] });
  await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
  await harness.published.none(Fault);
  await harness.advance('1m');
  expect(await harness.published(Fault)).toMatchObject({ place: 'waybill.faults', message: { endpoint: 'orders' } });
  await harness.consumed(Fault);
  expect(heard).toEqual(['1']);
});

it('a request whose handler fails for good is answered with the fault', async () => {
  await using harness = await createTestHarness({ endpoints: [orders({ is: true })] });
  const asked = harness.until(harness.bus.request(GetOrder, { orderId: '1' }, { timeout: '5m' }));
  await expect(asked).rejects.toMatchObject({ code: 'REQUEST_FAULTED' });
  expect((await harness.deadLettered(GetOrder)).at).toBe(60_000);
  await harness.replied.none(GetOrder);
});

it('a bare request that only time can answer fails with what is the matter', async () => {
  await using harness = await createTestHarness({ endpoints: [orders({ is: true })], patience: 20 });
  const failure = await harness.bus.request(GetOrder, { orderId: '1' }).catch((error: Error) => error.message.split('\n'));
  expect(failure).toEqual([
    'The request "orders.get-order" waits for time to pass, and nobody lets it: `await harness.until(harness.bus.request(…))`.',
    'Attempts that failed:',
    "  +0ms orders.get-order at orders { orderId: '1' } failed with Error: no database → comes again in 1m",
    expect.stringContaining('Something waits for time to pass (orders.get-order at orders)'),
  ]);
});

it('the bus of a harness is a bus in all its members', async () => {
  await using harness = await createTestHarness({ name: 'shop', endpoints: [orders({ is: false })] });
  const { bus } = harness;
  expect([bus.name, bus.state, bus.replies.open, bus.endpoint('orders').paused]).toEqual(['shop', 'started', 0, false]);
  await bus.stop();
  expect(harness.state).toBe('stopped');
});
