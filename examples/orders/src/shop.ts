import { inversify } from '@waybill/container-inversify';
import { endpoint, onError, retry, type BusOptions, type EndpointTransportOptions, type Fault } from '@waybill/core';
import { Container } from 'inversify';

import { callSomebody, findOrders, reserveStock, sendReceipt } from './handlers/functions.ts';
import { OrderProgress } from './handlers/order-progress.ts';
import { SubmitOrderHandler } from './handlers/submit-order.ts';
import { TakePaymentHandler } from './handlers/take-payment.ts';
import type { Database } from './outside/database.ts';
import { OrderBook, Orders } from './outside/orders.ts';
import { PaymentDeclined, PaymentProvider, PretendedProvider } from './outside/payment-provider.ts';
import { Stock } from './outside/stock.ts';

export interface OutsideOptions {
  /** Keeps the orders, with the messages that go out and those that came. @default none: the orders are kept as the rest is */
  readonly database?: Database;
  /** Makes the tables of what has no transactions, by their names. @default in memory */
  readonly keep?: <Row>(table: string) => Map<string, Row>;
  /** How long the payment provider takes. @default 0 */
  readonly answersAfterMs?: number;
}

/** What is outside of the service; in this example all but the database is pretended. */
export class Outside {
  readonly database: Database | undefined;
  readonly orders: Orders;
  readonly stock: Stock;
  readonly provider: PretendedProvider;
  readonly receipts: string[] = [];
  readonly pager: Fault[] = [];

  constructor({ database, keep = () => new Map(), answersAfterMs = 0 }: OutsideOptions = {}) {
    this.database = database;
    this.orders = database?.orders ?? new OrderBook(keep('orders'));
    this.stock = new Stock(10, keep('stock'));
    this.provider = new PretendedProvider(keep('charges'), answersAfterMs);
  }
}

/** What endpoints ask of a transport beyond what it does anyway. */
export interface ShopQueues<TransportName extends string> {
  readonly payments?: EndpointTransportOptions<TransportName>;
}

/** The service: its endpoints, and the container that makes its handler classes. */
export function shop<TransportName extends string = never>(
  { database, orders, stock, provider, receipts, pager }: Outside,
  queues: ShopQueues<TransportName> = {},
) {
  const container = new Container();
  container.bind<Orders>(Orders).toConstantValue(orders);
  container.bind<PaymentProvider>(PaymentProvider).toConstantValue(provider);
  return {
    name: 'shop',
    ...(database !== undefined && { store: database.store }),
    container: inversify(container),
    endpoints: [
      endpoint('orders', { handlers: [SubmitOrderHandler, OrderProgress, findOrders(orders)] }),
      endpoint('warehouse', { handlers: [reserveStock(stock)] }),
      endpoint('payments', {
        handlers: [TakePaymentHandler],
        recovery: {
          retries: retry.interval({ retries: 2, every: '1s' }), // at once, in this process …
          redeliver: ['30s', '5m'], // … then from the queue again, later …
          rules: [onError(PaymentDeclined, 'dead-letter')], // … but never where asking again is no use
        },
        ...(queues.payments !== undefined && { transport: queues.payments }),
      }),
      endpoint('mail', { handlers: [sendReceipt(receipts)] }),
      endpoint('pager', { handlers: [callSomebody(pager)] }),
    ],
  } satisfies Omit<BusOptions<string, TransportName>, 'transport'>;
}
