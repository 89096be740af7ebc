import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '@waybill/core';
import type { Client } from 'pg';
import type { Variant } from '../../row.ts';
import { Order } from '../order.ts';

/** Begins to work in this process, and tells of each order. */
export type MakeLatencySide = (url: string, onOrder: () => void) => Promise<LatencySide>;

export interface LatencySide {
  /** Stores an order in the transaction that the client has begun. */
  store(client: Client, order: Order): Promise<void>;
}

const WARM_UP = 30;
const SAMPLES = 200;
/** Between two orders, so that nothing is under way any more. */
const PAUSE_MS = 15;

/**
 * The median and the 99th percentile of the milliseconds from the moment at which COMMIT is sent to the handler, with nothing else under way.
 * The transaction is one that the application begins and ends by itself, on a connection of its own.
 */
export function commitLatency(make: MakeLatencySide): Variant {
  return async (_pace, url = '') => {
    const { Client } = await import('pg');
    const client = new Client(url);
    await client.connect();
    let onOrder: () => void = () => undefined;
    const side = await make(url, () => onOrder());
    const one = async (): Promise<number> => {
      await sleep(PAUSE_MS);
      await client.query('begin');
      await side.store(client, new Order(1));
      const begin = performance.now();
      const handled = new Promise<number>((resolve) => {
        onOrder = () => resolve(performance.now() - begin);
      });
      await client.query('commit');
      return handled;
    };
    for (let index = 0; index < WARM_UP; index += 1) await one();
    const figures: number[] = [];
    for (let index = 0; index < SAMPLES; index += 1) figures.push(await one());
    figures.sort((a, b) => a - b);
    return [0.5, 0.99].map((share) => figures[Math.floor(share * figures.length)] as number);
  };
}

/** A bus with a store: the commit is told to its relay by NOTIFY alone. */
export const waybillLatency: MakeLatencySide = async (url, onOrder) => {
  const { createBus, defineCommand, endpoint, handler } = await import('@waybill/core');
  const { postgres } = await import('@waybill/storage-postgres');
  const { memory, memoryBroker } = await import('@waybill/transport-memory');
  const { Pool } = await import('pg');
  const SubmitOrder: Command<Order> = defineCommand('bench.submit-order', { endpoint: 'orders' });
  const broker = memoryBroker();
  const endpoints = [endpoint('orders', { handlers: [handler(SubmitOrder, onOrder)] })];
  await createBus({ name: 'receiving', transport: memory({ broker }), endpoints }).start();
  const store = postgres({ pool: new Pool({ connectionString: url }) });
  const bus = createBus({ name: 'bench', transport: memory({ broker }), store });
  await bus.start();
  return { store: (client, order) => bus.transaction(client, (context) => context.send(SubmitOrder, order)) };
};

/** graphile-worker with its defaults; jobs are added by SQL, as its documentation has it. */
export const graphileLatency: MakeLatencySide = async (connectionString, onOrder) => {
  const { Logger, run } = await import('graphile-worker');
  await run({
    preset: { worker: { connectionString, logger: new Logger(() => () => {}) } },
    taskList: { 'submit-order': () => onOrder() },
  });
  return {
    store: async (client, order) => {
      await client.query("select graphile_worker.add_job('submit-order', $1)", [JSON.stringify(order)]);
    },
  };
};

/** pg-boss with LISTEN and NOTIFY; jobs are sent by the client's transaction. */
export const pgBossLatency: MakeLatencySide = async (connectionString, onOrder) => {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false, useListenNotify: true });
  await boss.start();
  await boss.createQueue('submit-order', { notify: true });
  await boss.work('submit-order', async () => onOrder());
  return {
    store: async (client, order) => {
      await boss.send('submit-order', order, { db: { executeSql: (text, values) => client.query(text, values) } });
    },
  };
};
