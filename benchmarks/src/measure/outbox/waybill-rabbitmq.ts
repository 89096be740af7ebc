import type { Command } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { postgres } from '@waybill/storage-postgres';
import { rabbitmq } from '@waybill/transport-rabbitmq';
import { connect } from 'amqplib';
import { Pool } from 'pg';
import { emptiedAgain } from '../rabbitmq/emptied-again.ts';
import { fillOutbox } from './fill-outbox.ts';
import type { Side } from './side.ts';

const QUEUE = 'bench-relay';
const SubmitOrder: Command<object> = defineCommand('bench.submit-order', { endpoint: QUEUE });

/** A bus with a store, with its defaults: the relay sends into a queue that nobody reads. */
export const side: Side = {
  schema: 'waybill',
  async fill(orders, [url, broker = ''], queue = 'quorum') {
    const endpoints = [endpoint(QUEUE, { handlers: [handler(SubmitOrder, () => undefined)] })];
    const receiving = createBus({ transport: rabbitmq({ url: broker, queue }), endpoints });
    await receiving.start();
    await receiving.stop();
    await fillOutbox(orders, url, (context, order) => context.send(SubmitOrder, order));
  },
  isEmpty: 'select not exists (select from waybill.outbox) as is',
  async work([connectionString, broker = '']) {
    const store = postgres({ pool: new Pool({ connectionString }) });
    const bus = createBus({ name: 'bench', transport: rabbitmq({ url: broker }), store, telemetry: { statistics: true } });
    await bus.start();
    return () => bus.statistics().outbox?.sent ?? 0;
  },
  async keepEmpty([, broker = '']) {
    const connection = await connect(broker);
    const admin = await connection.createChannel();
    const end = emptiedAgain(async () => void (await admin.purgeQueue(QUEUE)));
    return async () => {
      await end();
      await connection.close();
    };
  },
  async clear([, broker = '']) {
    const connection = await connect(broker);
    const admin = await connection.createChannel();
    for (const name of [QUEUE, `${QUEUE}.dead-letter`, `${QUEUE}.skipped`]) await admin.deleteQueue(name);
    await connection.close();
  },
};
