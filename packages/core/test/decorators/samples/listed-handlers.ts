import type { ConsumeContext, HandlerLike } from '@waybill/core';
import { handler, handlerClass } from '@waybill/core';
import type { OrderBook, OrderView } from './order-contracts.ts';
import { GetOrder, OrderSubmitted, SubmitOrder } from './order-contracts.ts';

/** The sample's handlers as functions. */
export function functionHandlers(book: OrderBook): readonly HandlerLike[] {
  const submit = handler(SubmitOrder, async (order, context) => {
    book.totals.set(order.orderId, order.total);
    await context.publish(OrderSubmitted, { orderId: order.orderId });
    book.calls.push({ handler: 'submit', orderId: order.orderId, instance: {} });
    book.onCall();
  });
  const submitted = handler(OrderSubmitted, ({ orderId }) => {
    book.calls.push({ handler: 'submitted', orderId, instance: {} });
    book.onCall();
  });
  const find = handler(GetOrder, ({ orderId }): OrderView => {
    const total = book.totals.get(orderId);
    return total === undefined ? { found: false } : { found: true, total };
  });
  return [submit, submitted, find];
}

/** The sample's handlers as classes without a decorator. */
export function classHandlers(book: OrderBook): readonly HandlerLike[] {
  class Orders {
    async submit(order: SubmitOrder, context: ConsumeContext) {
      book.totals.set(order.orderId, order.total);
      await context.publish(OrderSubmitted, { orderId: order.orderId });
      book.calls.push({ handler: 'submit', orderId: order.orderId, instance: this });
      book.onCall();
    }
    handle({ orderId }: OrderSubmitted) {
      book.calls.push({ handler: 'submitted', orderId, instance: this });
      book.onCall();
    }
    find({ orderId }: GetOrder): OrderView {
      const total = book.totals.get(orderId);
      return total === undefined ? { found: false } : { found: true, total };
    }
  }
  return [
    handlerClass(SubmitOrder, Orders, { method: 'submit' }),
    handlerClass(OrderSubmitted, Orders),
    handlerClass(GetOrder, Orders, { method: 'find' }),
  ];
}
