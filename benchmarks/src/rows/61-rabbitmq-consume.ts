import { amqplib } from '../measure/rabbitmq/amqplib.ts';
import { bothQueues } from '../measure/rabbitmq/both-queues.ts';
import { rabbitmqClient } from '../measure/rabbitmq/rabbitmq-client.ts';
import { consumeRate } from '../measure/rabbitmq/rates.ts';
import type { Row } from '../row.ts';

const PEERS = { amqplib: amqplib(), 'amqplib, acks of a turn together': amqplib('together'), 'rabbitmq-client': rabbitmqClient };

export const rows: readonly Row[] = bothQueues(consumeRate, PEERS, (type) => ({
  title: `RabbitMQ, ${type} queue: consume what waits`,
  unit: 'msg/s',
  targets: [],
}));
