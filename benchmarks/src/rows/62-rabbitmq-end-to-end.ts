import { amqplib } from '../measure/rabbitmq/amqplib.ts';
import { bothQueues } from '../measure/rabbitmq/both-queues.ts';
import { rabbitmqClient } from '../measure/rabbitmq/rabbitmq-client.ts';
import { endToEndRate } from '../measure/rabbitmq/rates.ts';
import type { Row } from '../row.ts';

const PEERS = { amqplib: amqplib(), 'amqplib, acks of a turn together': amqplib('together'), 'rabbitmq-client': rabbitmqClient };

export const rows: readonly Row[] = bothQueues(endToEndRate, PEERS, (type) => ({
  title: `RabbitMQ, ${type} queue: publish and consume`,
  unit: 'msg/s',
  targets: [{ against: 'amqplib', atLeast: 0.9 }],
}));
