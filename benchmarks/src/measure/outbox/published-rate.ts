import { systemRuntime } from '@waybill/core';
import type { Options } from 'amqplib';
import type { Pace, Variant } from '../../row.ts';
import { amqplib } from '../rabbitmq/amqplib.ts';
import type { MakeQueueClient } from '../rabbitmq/queue-client.ts';
import { sendMany } from '../rabbitmq/queue-client.ts';
import { withQueue } from '../rabbitmq/with-queue.ts';
import { ordersOf } from './relay-rate.ts';

const runtime = systemRuntime();
const properties = (): Options.Publish => ({
  messageId: runtime.id(),
  type: 'bench.submit-order',
  appId: 'bench',
  timestamp: Math.floor(runtime.now() / 1_000),
});

/** Orders a second that amqplib publishes and the broker confirms, out of memory: as many as the relays send, into a queue that nobody reads. */
export const publishedRate: Variant = publishing(amqplib());

/** The same with the properties that a message of ours has. */
export const describedRate: Variant = publishing(amqplib('one by one', properties));

function publishing(make: MakeQueueClient): Variant {
  return (pace: Pace, _postgres, broker = '') =>
    withQueue(make, 'classic', broker, async ({ client }) => {
      const { warm, counted } = ordersOf(pace);
      await sendMany(client, warm);
      const begin = performance.now();
      await sendMany(client, counted);
      return (counted * 1_000) / (performance.now() - begin);
    });
}
