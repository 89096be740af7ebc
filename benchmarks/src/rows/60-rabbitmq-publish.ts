import { amqplib } from '../measure/rabbitmq/amqplib.ts';
import { bothQueues } from '../measure/rabbitmq/both-queues.ts';
import { rabbitmqClient } from '../measure/rabbitmq/rabbitmq-client.ts';
import { publishRate } from '../measure/rabbitmq/rates.ts';
import type { Row } from '../row.ts';

const NOTE =
  'On all rows of RabbitMQ each side writes and reads the same object as 1 KB of JSON, persistent, mandatory and confirmed, 500 under way; 200 are fetched ahead and acknowledged after the handler. Ours writes its headers besides.';

export const rows: readonly Row[] = bothQueues(publishRate, { amqplib: amqplib(), 'rabbitmq-client': rabbitmqClient }, (type) => ({
  title: `RabbitMQ, ${type} queue: publish`,
  unit: 'msg/s',
  targets: [],
  ...(type === 'classic' ? { note: NOTE } : {}),
}));
