import { describedRate, publishedRate } from '../measure/outbox/published-rate.ts';
import { relayRate } from '../measure/outbox/relay-rate.ts';
import { LargeOrder } from '../measure/rabbitmq/queue-client.ts';
import type { Row } from '../row.ts';

const NOTE =
  'Both persistent, mandatory and confirmed, into a queue that nobody reads and that is purged every 50 ms. Ours reads each message from the database and removes it there; amqplib sends bodies that it makes, 500 under way, without properties and with those that ours has.';

const makeOrder = (number: number): object => new LargeOrder(number);

export const rows: readonly Row[] = (['quorum', 'classic'] as const).map((queue) => ({
  title: `outbox relay on PostgreSQL into RabbitMQ, ${queue} queue, one relay, 1 KB`,
  unit: 'msg/s',
  servers: ['postgres', 'rabbitmq'],
  ours: relayRate('waybill-rabbitmq', { makeOrder, queue }),
  peers: {
    'amqplib, publishing out of memory': publishedRate(queue),
    'amqplib, with id, type, source and time as ours': describedRate(queue),
  },
  targets: [
    { against: 'amqplib, publishing out of memory', atLeast: 0.8 },
    { against: 'amqplib, with id, type, source and time as ours', atLeast: 0.8 },
  ],
  ...(queue === 'quorum' ? { note: NOTE } : {}),
}));
