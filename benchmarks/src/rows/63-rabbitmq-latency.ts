import { amqplib } from '../measure/rabbitmq/amqplib.ts';
import { bothQueues } from '../measure/rabbitmq/both-queues.ts';
import { latency } from '../measure/rabbitmq/latency.ts';
import { rabbitmqClient } from '../measure/rabbitmq/rabbitmq-client.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = bothQueues(latency, { amqplib: amqplib(), 'rabbitmq-client': rabbitmqClient }, (type) => ({
  title: `RabbitMQ, ${type} queue: from a send to its handler, one at a time, median`,
  unit: 'ms',
  rounds: 5,
  compare: 'difference',
  targets: [{ against: 'amqplib', atMost: 0.2 }],
  further: [
    {
      title: `RabbitMQ, ${type} queue: from a send to its handler, one at a time, 99th percentile`,
      targets: [{ against: 'amqplib', atMost: 1.25 }],
    },
  ],
}));
