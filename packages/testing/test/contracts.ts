import type { Command, Event } from '@waybill/core';
import { defineCommand, defineEvent, defineQuery } from '@waybill/core';

export interface SubmitOrder {
  readonly orderId: string;
  readonly total: number;
}
export const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');

export interface OrderSubmitted {
  readonly orderId: string;
  readonly lines?: readonly { readonly sku: string }[];
}
export const OrderSubmitted: Event<OrderSubmitted> = defineEvent('orders.order-submitted');

export const OrderRefused = defineEvent<{ readonly orderId: string; readonly why: string }>('orders.order-refused');
export const ShipOrder = defineCommand<{ readonly orderId: string }>('shipping.ship-order');
export const GetOrder = defineQuery<{ readonly orderId: string }, { readonly total: number }>('orders.get-order');
