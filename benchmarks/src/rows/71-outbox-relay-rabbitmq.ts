import { describedRate, publishedRate } from '../measure/outbox/published-rate.ts';
import { relayRate } from '../measure/outbox/relay-rate.ts';
import { LargeOrder } from '../measure/rabbitmq/queue-client.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'outbox relay on PostgreSQL into RabbitMQ, one relay, 1 KB',
    unit: 'msg/s',
    servers: ['postgres', 'rabbitmq'],
    ours: relayRate('waybill-rabbitmq', { makeOrder: (number) => new LargeOrder(number) }),
    peers: { 'amqplib, publishing out of memory': publishedRate, 'amqplib, with id, type, source and time as ours': describedRate },
    targets: [
      { against: 'amqplib, publishing out of memory', atLeast: 0.8 },
      { against: 'amqplib, with id, type, source and time as ours', atLeast: 0.8 },
    ],
    note: 'Both into a classic queue that nobody reads, persistent, mandatory and confirmed. Ours reads each message from the database and removes it there; amqplib sends bodies that it makes, 500 under way, without properties and with those that ours has: they cost the broker a quarter of a message.',
  },
];
