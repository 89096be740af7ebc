import { postgres } from '@waybill/storage-postgres';
import { Pool, type PoolClient } from 'pg';

import type { SubmitOrder } from '../contracts.ts';
import type { Database, InTransaction } from './database.ts';
import type { Order, Orders, OrderState } from './orders.ts';

const TABLE = `create table if not exists orders
  (id text primary key, customer text not null, mugs integer not null, amount float8 not null, currency text not null, state text not null)`;
const COLUMNS = 'id, customer, mugs, amount, currency, state';

/** The table of the shop, and beside it, in a schema of their own, those of the store. The pool is closed at the end. */
export async function postgresDatabase(url: string): Promise<Database & AsyncDisposable> {
  const pool = new Pool({ connectionString: url, max: 20 });
  await pool.query(TABLE);
  return { store: postgres({ pool }), orders: new PostgresOrders(), [Symbol.asyncDispose]: () => pool.end() };
}

/** In a service with one database this cast is a line of `Register`. */
const clientOf = ({ transaction }: InTransaction): PoolClient => transaction as PoolClient;

class PostgresOrders implements Orders {
  async add({ orderId, customer, mugs, price }: SubmitOrder, context: InTransaction): Promise<void> {
    const values = [orderId, customer, mugs, price.amount, price.currency, 'submitted'];
    await clientOf(context).query(`insert into orders (${COLUMNS}) values ($1, $2, $3, $4, $5, $6)`, values);
  }

  async get(orderId: string, context: InTransaction): Promise<Order> {
    const { rows } = await clientOf(context).query<Row>(`select ${COLUMNS} from orders where id = $1`, [orderId]);
    if (rows[0] === undefined) throw new Error(`There is no order ${orderId}.`);
    return orderOf(rows[0]);
  }

  async setState(orderId: string, state: OrderState, context: InTransaction): Promise<void> {
    await clientOf(context).query('update orders set state = $2 where id = $1', [orderId, state]);
  }

  async find(customer: string | undefined, context: InTransaction): Promise<readonly Order[]> {
    const query = `select ${COLUMNS} from orders where $1::text is null or customer = $1 order by id`;
    const { rows } = await clientOf(context).query<Row>(query, [customer ?? null]);
    return rows.map(orderOf);
  }
}

interface Row {
  readonly id: string;
  readonly customer: string;
  readonly mugs: number;
  readonly amount: number;
  readonly currency: string;
  readonly state: OrderState;
}

const orderOf = ({ id, customer, mugs, amount, currency, state }: Row): Order => ({
  orderId: id,
  customer,
  mugs,
  price: { amount, currency },
  state,
});
