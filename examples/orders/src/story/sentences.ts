import { Fault, isFaultOf, type Contract, type MessageOf } from '@waybill/core';

import { FindOrders, PaymentTaken, ReserveStock, StockReserved, SubmitOrder, TakePayment, type Money } from '../contracts.ts';
import { placeOf } from './place-of.ts';

export const showMoney = ({ amount, currency }: Money): string => `${amount.toFixed(2)} ${currency}`;

/** What an endpoint did when it had handled a message, in plain English. */
const SENTENCES: ReadonlyMap<string, (message: never, endpoint: string) => string> = new Map([
  sentence(
    SubmitOrder,
    ({ orderId, customer, mugs, price }) => `order ${orderId} is submitted: ${customer}, ${mugs} mugs, ${showMoney(price)}`,
  ),
  sentence(ReserveStock, ({ orderId, mugs }) => `${mugs} mugs are reserved for order ${orderId}`),
  sentence(StockReserved, ({ orderId, left }) => `order ${orderId} has its mugs, ${left} are left; payment is asked for`),
  sentence(TakePayment, ({ orderId, price }) => `${showMoney(price)} are taken for order ${orderId}`),
  sentence(PaymentTaken, ({ orderId, receipt }, endpoint) =>
    endpoint === 'mail' ? `receipt ${receipt} is sent for order ${orderId}` : `order ${orderId} is complete`,
  ),
  sentence(FindOrders, () => 'somebody asks for the orders'),
  sentence(Fault, (fault) =>
    isFaultOf(fault, TakePayment)
      ? `told at once: ${placeOf(fault.endpoint)} gave up on order ${fault.message?.orderId} (${fault.errors[0]?.message})`
      : `told at once: ${placeOf(fault.endpoint)} gave up on ${fault.messageName}`,
  ),
]);

function sentence<C extends Contract>(
  contract: C,
  say: (message: MessageOf<C>, endpoint: string) => string,
): [string, (message: never, endpoint: string) => string] {
  return [contract.name, say];
}

export function describeHandled(contract: string, message: unknown, endpoint: string): string {
  return SENTENCES.get(contract)?.(message as never, endpoint) ?? `${contract} is handled`;
}
