// Compiled twice: by vitest with `experimentalDecorators`, and as standard decorators by compile-standard.ts.
import type { ConsumeContext, Handler, HandlerLike } from '@waybill/core';
import { handles } from '@waybill/core';
import type { OrderBook, OrderView } from './order-contracts.ts';
import { GetOrder, OrderSubmitted, SubmitOrder } from './order-contracts.ts';

/** The sample's handlers as decorated classes: one by its class, one by its methods. */
export function orderHandlers(book: OrderBook): readonly HandlerLike[] {
  @handles(SubmitOrder)
  class SubmitOrderHandler implements Handler<typeof SubmitOrder> {
    async handle(order: SubmitOrder, context: ConsumeContext) {
      book.totals.set(order.orderId, order.total);
      await context.publish(OrderSubmitted, { orderId: order.orderId });
      book.calls.push({ handler: 'submit', orderId: order.orderId, instance: this });
      book.onCall();
    }
  }

  class OrderViews {
    @handles(OrderSubmitted)
    submitted({ orderId }: OrderSubmitted) {
      book.calls.push({ handler: 'submitted', orderId, instance: this });
      book.onCall();
    }
    @handles(GetOrder)
    find({ orderId }: GetOrder): OrderView {
      const total = book.totals.get(orderId);
      return total === undefined ? { found: false } : { found: true, total };
    }
  }

  return [SubmitOrderHandler, OrderViews];
}
