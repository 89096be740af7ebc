import { defineCommand, defineEvent, defineQuery, type Command, type Event } from '@waybill/core';
import { z } from 'zod';

export interface SubmitOrder {
  readonly orderId: string;
  readonly customer: string;
  readonly mugs: number;
  readonly price: Money;
}
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

const money = z.object({ amount: z.number().positive(), currency: z.string().length(3) });
const order = z.object({ orderId: z.string(), customer: z.string(), mugs: z.number().int().positive(), price: money });

// Interface first: one name is the type, and the contract.
export const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order', { schema: order });

export interface ReserveStock {
  readonly orderId: string;
  readonly mugs: number;
}
export const ReserveStock: Command<ReserveStock> = defineCommand('warehouse.reserve-stock');

export interface StockReserved {
  readonly orderId: string;
  readonly mugs: number;
  readonly left: number;
}
export const StockReserved: Event<StockReserved> = defineEvent('warehouse.stock-reserved');

export interface TakePayment {
  readonly orderId: string;
  readonly price: Money;
}
export const TakePayment: Command<TakePayment> = defineCommand('payments.take-payment');

export interface PaymentTaken {
  readonly orderId: string;
  readonly price: Money;
  readonly receipt: string;
}
export const PaymentTaken: Event<PaymentTaken> = defineEvent('payments.payment-taken');

// Schema first, and a query with two outcomes: who asks must look at both.
export const FindOrders = defineQuery('orders.find-orders', {
  schema: z.object({ customer: z.string().optional() }),
  replies: {
    found: z.object({ orders: z.array(order.extend({ state: z.enum(['submitted', 'reserved', 'complete']) })) }),
    none: z.object({ reason: z.string() }),
  },
});
