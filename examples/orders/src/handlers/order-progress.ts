import { handles, type ConsumeContext } from '@waybill/core';
import { inject, injectable } from 'inversify';

import { PaymentTaken, StockReserved, TakePayment } from '../contracts.ts';
import { Orders } from '../outside/orders.ts';

/** Two events by one class: what moves an order on. */
@injectable()
export class OrderProgress {
  readonly #orders: Orders;

  constructor(@inject(Orders) orders: Orders) {
    this.#orders = orders;
  }

  @handles(StockReserved)
  async askForPayment({ orderId }: StockReserved, context: ConsumeContext): Promise<void> {
    await this.#orders.setState(orderId, 'reserved', context);
    const { price } = await this.#orders.get(orderId, context);
    await context.send(TakePayment, { orderId, price });
  }

  @handles(PaymentTaken)
  async complete({ orderId }: PaymentTaken, context: ConsumeContext): Promise<void> {
    await this.#orders.setState(orderId, 'complete', context);
  }
}
