import type { Command, Event } from '@waybill/core';
import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';

export interface SubmitOrder {
  readonly orderId: string;
  readonly total: number;
}
export const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');

export interface OrderSubmitted {
  readonly orderId: string;
}
export const OrderSubmitted: Event<OrderSubmitted> = defineEvent('orders.order-submitted');

export const ChargeCard = defineCommand<{ readonly orderId: string; readonly cents: number }>('payments.charge-card');

/** What the service needs from outside; a fake in the tests. */
export interface Stock {
  reserve(orderId: string): Promise<boolean>;
}

/** Reserves what was ordered, or fails and is tried again later. */
export const submitOrder = (stock: Stock) =>
  handler(SubmitOrder, async ({ orderId, total }, context) => {
    if (!(await stock.reserve(orderId))) throw new Error(`nothing left for order ${orderId}`);
    await context.publish(OrderSubmitted, { orderId });
    await context.send(ChargeCard, { orderId, cents: total * 100 });
  });

/** The endpoint of the service. */
export const orders = (stock: Stock) =>
  endpoint('orders', { recovery: { redeliver: ['10s', '1m', '10m'] }, handlers: [submitOrder(stock)] });
