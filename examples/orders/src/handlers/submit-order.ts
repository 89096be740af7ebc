import { handles, type ConsumeContext, type Handler } from '@waybill/core';
import { inject, injectable } from 'inversify';

import { ReserveStock, SubmitOrder } from '../contracts.ts';
import { Orders } from '../outside/orders.ts';

@handles(SubmitOrder)
@injectable()
export class SubmitOrderHandler implements Handler<typeof SubmitOrder> {
  readonly #orders: Orders;

  constructor(@inject(Orders) orders: Orders) {
    this.#orders = orders;
  }

  async handle(order: SubmitOrder, context: ConsumeContext): Promise<void> {
    await this.#orders.add(order, context);
    await context.send(ReserveStock, { orderId: order.orderId, mugs: order.mugs }); // with a store both are there, or none
  }
}
