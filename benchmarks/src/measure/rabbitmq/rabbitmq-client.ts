import type { LargeOrder, QueueClient, QueueClientParts } from './queue-client.ts';
import { PREFETCH } from './queue-client.ts';

/** rabbitmq-client, with its publisher and its consumer: it writes and reads JSON itself. */
export async function rabbitmqClient({ url, type, queue, onOrder }: QueueClientParts): Promise<QueueClient> {
  const { Connection } = await import('rabbitmq-client');
  const sending = new Connection(url);
  const receiving = new Connection(url);
  const queueOptions = { durable: true, arguments: { 'x-queue-type': type } };
  await sending.queueDeclare({ queue, ...queueOptions });
  const onReturn = (): never => {
    throw new Error(`a message was returned: the queue "${queue}" is not there`);
  };
  const publisher = sending.createPublisher({ confirm: true, onReturn });
  const consumer = receiving.createConsumer({ queue, queueOptions, lazy: true, qos: { prefetchCount: PREFETCH } }, (message) =>
    onOrder(message.body as LargeOrder),
  );
  const envelope = { routingKey: queue, durable: true, mandatory: true };
  return {
    send: (order, done) => void publisher.send(envelope, order).then(() => done(), done),
    consume: () =>
      new Promise((resolve) => {
        consumer.once('ready', resolve);
        consumer.start();
      }),
    pause: () => consumer.close(),
  };
}
