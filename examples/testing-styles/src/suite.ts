import assert from 'node:assert/strict';
import { createTestHarness, failed, message, nothingElse, published, scenario, sent, testHandler } from '@waybill/testing';
import { ChargeCard, OrderSubmitted, orders, type Stock, SubmitOrder, submitOrder } from './orders.ts';

/** What every runner gives. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

const full: Stock = { reserve: async () => true };
const empty: Stock = { reserve: async () => false };

/** The same tests, in whatever runner. */
export function orderSuite({ describe, it }: Runner): void {
  describe('the harness', () => {
    it('sees an order submitted, and the card charged', async () => {
      await using harness = await createTestHarness({ endpoints: [orders(full)] });
      await harness.bus.send(SubmitOrder, { orderId: '1', total: 12 });
      await harness.published(OrderSubmitted, ({ orderId }) => orderId === '1');
      await harness.sent(ChargeCard, { cents: 1_200 });
      await harness.faulted.none();
    });

    it('lets eleven minutes pass at once', async () => {
      let left = 0;
      await using harness = await createTestHarness({ endpoints: [orders({ reserve: async () => left > 0 })] });
      await harness.bus.send(SubmitOrder, { orderId: '1', total: 12 });
      await harness.advance('70s');
      await harness.published.none(OrderSubmitted);
      left = 1;
      await harness.advance('10m');
      assert.equal((await harness.consumed(SubmitOrder)).attempt, 4);
    });

    it('says what it saw instead', async () => {
      await using harness = await createTestHarness({ endpoints: [orders(empty)] });
      await harness.bus.send(SubmitOrder, { orderId: '1', total: 12 });
      await assert.rejects(harness.published(OrderSubmitted), /failed with Error: nothing left for order 1 → comes again in 10s/);
    });
  });

  describe('one handler', () => {
    it('charges the card', async () => {
      const result = await testHandler(submitOrder(full), { orderId: '1', total: 3 });
      assert.deepEqual(result.sent(ChargeCard), [{ orderId: '1', cents: 300 }]);
    });
  });

  describe('given, when, then', () => {
    const submit = message(SubmitOrder, { orderId: '1', total: 12 });

    it('an order in stock is submitted', async () => {
      await scenario({ endpoints: [orders(full)] })
        .when(submit)
        .then([published(OrderSubmitted, { orderId: '1' }), sent(ChargeCard), nothingElse()]);
    });

    it('an order out of stock is not', async () => {
      await scenario({ endpoints: [orders(empty)] })
        .when(submit)
        .then(failed(/nothing left/), nothingElse());
    });
  });
}
