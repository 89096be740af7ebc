import { handles, type ConsumeContext, type Handler } from '@waybill/core';
import { inject, injectable } from 'inversify';

import { PaymentTaken, TakePayment } from '../contracts.ts';
import { PaymentProvider } from '../outside/payment-provider.ts';

@handles(TakePayment)
@injectable()
export class TakePaymentHandler implements Handler<typeof TakePayment> {
  readonly #provider: PaymentProvider;

  constructor(@inject(PaymentProvider) provider: PaymentProvider) {
    this.#provider = provider;
  }

  async handle({ orderId, price }: TakePayment, context: ConsumeContext): Promise<void> {
    const receipt = await this.#provider.charge(orderId, price); // what it throws is what `recovery` of the endpoint is for
    await context.publish(PaymentTaken, { orderId, price, receipt });
  }
}
