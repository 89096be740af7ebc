import type { SubmitOrder } from '../contracts.ts';
import type { InTransaction } from './database.ts';

export type OrderState = 'submitted' | 'reserved' | 'complete';
export interface Order extends SubmitOrder {
  readonly state: OrderState;
}

/** Where the service keeps its orders; what is written belongs to the transaction of the handler. The name is the type, and the token of the container. */
export interface Orders {
  add(order: SubmitOrder, context: InTransaction): Promise<void>;
  get(orderId: string, context: InTransaction): Promise<Order>;
  setState(orderId: string, state: OrderState, context: InTransaction): Promise<void>;
  find(customer: string | undefined, context: InTransaction): Promise<readonly Order[]>;
}
export const Orders = Symbol('Orders');

/** Knows no transactions: for a shop without a store. */
export class OrderBook implements Orders {
  readonly #orders: Map<string, Order>;

  constructor(orders: Map<string, Order>) {
    this.#orders = orders;
  }

  async add(order: SubmitOrder): Promise<void> {
    this.#orders.set(order.orderId, { ...order, state: 'submitted' });
  }

  async get(orderId: string): Promise<Order> {
    const order = this.#orders.get(orderId);
    if (order === undefined) throw new Error(`There is no order ${orderId}.`);
    return order;
  }

  async setState(orderId: string, state: OrderState): Promise<void> {
    this.#orders.set(orderId, { ...(await this.get(orderId)), state });
  }

  async find(customer?: string): Promise<readonly Order[]> {
    return Array.from(this.#orders.values()).filter((order) => customer === undefined || order.customer === customer);
  }
}
