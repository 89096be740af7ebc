import { memoryStore, type MemoryTable, type MemoryTransaction } from '@waybill/storage-memory';

import type { SubmitOrder } from '../contracts.ts';
import type { Database, InTransaction } from './database.ts';
import type { Order, Orders, OrderState } from './orders.ts';

/** A database inside this process: its transactions are real, and it is gone with the process. */
export const memoryDatabase = (): Database => ({ store: memoryStore(), orders: new MemoryOrders() });

class MemoryOrders implements Orders {
  async add(order: SubmitOrder, context: InTransaction): Promise<void> {
    await table(context).set(order.orderId, { ...order, state: 'submitted' });
  }

  async get(orderId: string, context: InTransaction): Promise<Order> {
    const order = await table(context).get(orderId);
    if (order === undefined) throw new Error(`There is no order ${orderId}.`);
    return order;
  }

  async setState(orderId: string, state: OrderState, context: InTransaction): Promise<void> {
    await table(context).set(orderId, { ...(await this.get(orderId, context)), state });
  }

  async find(customer: string | undefined, context: InTransaction): Promise<readonly Order[]> {
    const orders = (await table(context).entries()).map(([, order]) => order);
    return orders
      .filter((order) => customer === undefined || order.customer === customer)
      .toSorted((a, b) => a.orderId.localeCompare(b.orderId));
  }
}

const table = ({ transaction }: InTransaction): MemoryTable<Order> => (transaction as MemoryTransaction).table<Order>('orders');
