import { systemRuntime } from '@waybill/core';
import type { Options } from 'amqplib';
import type { Pace, Variant } from '../../row.ts';
import { amqplib } from '../rabbitmq/amqplib.ts';
import { emptiedAgain } from '../rabbitmq/emptied-again.ts';
import type { MakeQueueClient, QueueType } from '../rabbitmq/queue-client.ts';
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
export const publishedRate = (type: QueueType): Variant => publishing(amqplib(), type);

/** The same with the properties that a message of ours has. */
export const describedRate = (type: QueueType): Variant => publishing(amqplib('one by one', properties), type);

function publishing(make: MakeQueueClient, type: QueueType): Variant {
  return (pace: Pace, _postgres, broker = '') =>
    withQueue(make, type, broker, async ({ client, purge }) => {
      const { warm, counted } = ordersOf(pace, 'queue');
      const endEmptying = emptiedAgain(purge);
      try {
        await sendMany(client, warm);
        const begin = performance.now();
        await sendMany(client, counted);
        return (counted * 1_000) / (performance.now() - begin);
      } finally {
        await endEmptying();
      }
    });
}
