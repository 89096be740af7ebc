import type { Command, Event, Query } from '@waybill/core';
import { defineCommand, defineEvent, defineQuery } from '@waybill/core';

export interface SubmitOrder {
  readonly orderId: string;
  readonly total: number;
}
export const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');

export interface OrderSubmitted {
  readonly orderId: string;
}
export const OrderSubmitted: Event<OrderSubmitted> = defineEvent('orders.order-submitted');

export interface GetOrder {
  readonly orderId: string;
}
export type OrderView = { readonly found: true; readonly total: number } | { readonly found: false };
export const GetOrder: Query<GetOrder, OrderView> = defineQuery('orders.get-order');

/** What the handlers of the sample work on, and what a test looks at. */
export interface OrderBook {
  readonly totals: Map<string, number>;
  /** Every call: which handler, with what, on which instance. */
  readonly calls: { readonly handler: string; readonly orderId: string; readonly instance: unknown }[];
  onCall(): void;
}
