import { describe, expect, it } from 'vitest';
import type { Handler } from '@waybill/core';
import type { IContainer } from '@waybill/core/container';
import { defineCommand, handler, handles } from '@waybill/core';
import { testHandler } from '@waybill/testing';
import { z } from 'zod';
import { GetOrder, OrderSubmitted, ShipOrder, SubmitOrder } from './contracts.ts';

interface Orders {
  save(order: SubmitOrder): Promise<void>;
}

class SubmitOrderHandler implements Handler<typeof SubmitOrder> {
  readonly #orders: Orders;
  constructor(orders: Orders) {
    this.#orders = orders;
  }
  readonly handle: Handler<typeof SubmitOrder>['handle'] = async (order, context) => {
    await this.#orders.save(order);
    await context.publish(OrderSubmitted, { orderId: order.orderId });
    await context.send(ShipOrder, { orderId: order.orderId }, { headers: { colour: 'red' } });
  };
}

/** As above, its `handle` on the prototype. */
class SubmitOrderWithMethod {
  readonly #orders: Orders;
  constructor(orders: Orders) {
    this.#orders = orders;
  }
  async handle(order: SubmitOrder): Promise<void> {
    await this.#orders.save(order);
  }
}

class Shipping {
  @handles(ShipOrder)
  async ship({ orderId }: { readonly orderId: string }, context: Parameters<Handler<typeof ShipOrder>['handle']>[1]) {
    await context.publish(OrderSubmitted, { orderId });
  }
}

describe('testHandler', () => {
  it('tells what a handler published and sent, with a fake in its instance', async () => {
    const saved: SubmitOrder[] = [];
    const tested = new SubmitOrderHandler({ save: async (order) => void saved.push(order) });
    const result = await testHandler(tested, SubmitOrder, { orderId: '1', total: 12 });
    expect(result.outcome).toBe('handled');
    expect(result.published(OrderSubmitted)).toEqual([{ orderId: '1' }]);
    expect(result.sent(ShipOrder)).toEqual([{ orderId: '1' }]);
    expect(result.messages.map(({ name, place, headers }) => [name, place, headers.get('colour')])).toEqual([
      ['orders.order-submitted', 'orders.order-submitted', undefined],
      ['shipping.ship-order', 'shipping', 'red'],
    ]);
    expect(saved).toEqual([{ orderId: '1', total: 12 }]);
  });

  it('takes bound handlers, functions, and decorated classes', async () => {
    const bound = handler(ShipOrder, ({ orderId }, context) => context.publish(OrderSubmitted, { orderId }));
    expect((await testHandler(bound, { orderId: '1' })).published(OrderSubmitted)).toHaveLength(1);
    const result = await testHandler((_: object, context) => context.publish(OrderSubmitted, { orderId: '2' }), ShipOrder, {
      orderId: '1',
    });
    expect(result.published(OrderSubmitted)).toEqual([{ orderId: '2' }]);
    expect((await testHandler(Shipping, ShipOrder, { orderId: '3' })).published(OrderSubmitted)).toEqual([{ orderId: '3' }]);
  });

  it('gives the context what it was told, and the message as it is after the wire', async () => {
    const seen: unknown[] = [];
    const tested = handler(ShipOrder, (message, { headers, correlationId, tenantId, messageId, attempt }) => {
      seen.push(message, headers.get('colour'), correlationId, tenantId, messageId, attempt);
    });
    const given = { orderId: '1', dropped: undefined };
    await testHandler(tested, given, { headers: { colour: 'red' }, correlationId: 'flow', tenantId: 'acme', messageId: 'm-1' });
    expect(seen).toEqual([{ orderId: '1' }, 'red', 'flow', 'acme', 'm-1', 1]);
    expect(seen[0]).not.toBe(given);
  });

  it('tells the reply, and answers what the handler asks others', async () => {
    const tested = handler(GetOrder, async ({ orderId }, context) => ({
      total: (await context.request(Price, { sku: orderId })).cents * 2,
    }));
    const answers = [handler(Price, ({ sku }) => ({ cents: Number(sku) }))];
    const result = await testHandler(tested, { orderId: '21' }, { answers });
    expect(result.reply).toEqual({ total: 42 });
    expect(result.sent(Price)).toEqual([{ sku: '21' }]);
  });

  it('tells the error as it was thrown; a failed attempt has sent nothing', async () => {
    const error = new Error('out of stock');
    const tested = handler(ShipOrder, async (_, context) => {
      await context.publish(OrderSubmitted, { orderId: '1' });
      throw error;
    });
    const result = await testHandler(tested, { orderId: '1' });
    expect(result).toMatchObject({ outcome: 'failed', messages: [] });
    expect(result.error).toBe(error);
    expect(result.published(OrderSubmitted)).toEqual([]);
  });

  it('lets the request of a handler time out when nobody answers', async () => {
    const result = await testHandler(
      handler(GetOrder, async (_, context) => ({ total: (await context.request(Price, { sku: 'a' }, { to: 'prices' })).cents })),
      { orderId: '1' },
    );
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'REQUEST_TIMEOUT' } });
  });

  it('makes classes by the container that it is given', async () => {
    const saved: SubmitOrder[] = [];
    const made = { made: 0, disposed: 0 };
    const container: IContainer = {
      register: () => undefined,
      createScope: () => ({
        resolve: (type) => {
          made.made += 1;
          return Reflect.construct(type as unknown as typeof SubmitOrderHandler, [
            { save: async (order: SubmitOrder) => void saved.push(order) },
          ]) as never;
        },
        dispose: () => void (made.disposed += 1),
      }),
    };
    const result = await testHandler(SubmitOrderWithMethod, SubmitOrder, { orderId: '1', total: 1 }, { container });
    expect(result.error).toBeUndefined();
    expect([saved.length, made]).toEqual([1, { made: 1, disposed: 1 }]);
  });

  it('refuses a message that does not fit its contract', async () => {
    const Rate = defineCommand('orders.rate', { schema: z.object({ stars: z.number().max(5) }) });
    await expect(
      testHandler(
        handler(Rate, () => undefined),
        { stars: 9 },
      ),
    ).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  });

  it('fails when the handler does not end', async () => {
    const hangs = handler(ShipOrder, () => new Promise<void>(() => undefined));
    await expect(testHandler(hangs, { orderId: '1' }, { patience: 20 })).rejects.toThrow('A handler has not ended after 20 ms');
  });
});

const Price = defineCommand<{ readonly sku: string }, { readonly cents: number }>('prices.price', { reply: true });
