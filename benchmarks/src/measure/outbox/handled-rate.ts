import type { Command, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { postgres } from '@waybill/storage-postgres';
import { memory } from '@waybill/transport-memory';
import { Pool } from 'pg';
import type { Variant } from '../../row.ts';
import { Order } from '../order.ts';
import type { Batch } from '../throughput.ts';
import { throughput } from '../throughput.ts';

/** Handled at the same time, each on a connection of its own. */
const CONCURRENCY = 16;
/** Messages between two looks at the clock. */
const COUNT = 500;

const SubmitOrder: Command<Order> = defineCommand('bench.submit-order', { endpoint: 'orders' });
const OrderSubmitted: Event<Order> = defineEvent('bench.order-submitted');

/** Orders a second that a bus handles, each of which publishes one event; with a store by inbox and outbox, which others relay. */
export function handledRate(keeps: 'nothing' | 'inbox and outbox'): Variant {
  return (pace, url = '') =>
    withPool(url, async (pool) => {
      let left = 0;
      let allHandled: () => void = () => undefined;
      const submit = handler(SubmitOrder, (order, context) => context.publish(OrderSubmitted, order));
      const bus = createBus({
        name: 'bench',
        transport: memory(),
        publishes: [OrderSubmitted],
        endpoints: [endpoint('orders', { concurrency: CONCURRENCY, handlers: [submit] })],
        middleware: [
          async (context, next) => {
            await next(context); // after the commit
            left -= 1;
            if (left === 0) allHandled();
          },
        ],
        ...(keeps === 'nothing' ? {} : { store: postgres({ pool }), relay: false }),
      });
      await bus.start();
      const batch: Batch = async (count) => {
        left = count;
        const handled = new Promise<void>((resolve) => {
          allHandled = resolve;
        });
        for (let number = 0; number < count; number += 1) await bus.send(SubmitOrder, new Order(number));
        await handled;
      };
      const rate = await throughput(batch, pace, COUNT);
      await bus.stop();
      return rate;
    });
}

/** The same by hand: transactions that insert a key and an event into the same tables, and nothing else. */
export const byHandRate: Variant = (pace, url = '') =>
  withPool(url, async (pool) => {
    await postgres({ pool }).migrate();
    const one = async (number: number): Promise<void> => {
      const id = crypto.randomUUID();
      const client = await pool.connect();
      await client.query('begin');
      await client.query(INSERT_KEY, ['bench', 'orders', 'bench.submit-order', id]);
      await client.query(INSERT_EVENT, ['bench', number % 64, 'topic', 'bench.order-submitted', headersOf(id), bodyOf(number)]);
      await client.query('commit');
      client.release();
    };
    const batch: Batch = async (count) => {
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < count) await one((next += 1));
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, work));
    };
    return throughput(batch, pace, COUNT);
  });

const INSERT_KEY = `insert into waybill.inbox (scope, endpoint, handler_id, idempotency_key, claimed_at)
values ($1, $2, $3, $4, now()) on conflict do nothing returning 1`;
const INSERT_EVENT = `insert into waybill.outbox (scope, slot, destination_kind, destination, headers, is_text, body) values ($1, $2, $3, $4, $5, true, $6)`;

const headersOf = (id: string): string => JSON.stringify({ 'waybill-id': id, 'waybill-name': 'bench.order-submitted' });
const bodyOf = (number: number): Buffer => Buffer.from(JSON.stringify(new Order(number)));

async function withPool(connectionString: string, work: (pool: Pool) => Promise<number>): Promise<number> {
  const pool = new Pool({ connectionString, max: CONCURRENCY });
  const clear = 'drop schema if exists waybill cascade';
  await pool.query(clear);
  try {
    return await work(pool);
  } finally {
    await pool.query(clear);
    await pool.end();
  }
}
