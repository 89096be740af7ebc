import type { Pace, Variant } from '../../row.ts';
import { amqplib } from '../rabbitmq/amqplib.ts';
import { sendMany } from '../rabbitmq/queue-client.ts';
import { withQueue } from '../rabbitmq/with-queue.ts';
import { ordersOf } from './relay-rate.ts';

/** Orders a second that amqplib publishes and the broker confirms, out of memory: as many as the relays send, into a queue that nobody reads. */
export const publishedRate: Variant = (pace: Pace, _postgres, broker = '') =>
  withQueue(amqplib(), 'classic', broker, async ({ client }) => {
    const { warm, counted } = ordersOf(pace);
    await sendMany(client, warm);
    const begin = performance.now();
    await sendMany(client, counted);
    return (counted * 1_000) / (performance.now() - begin);
  });
