import type { Channel, ConsumeMessage, Options } from 'amqplib';
import type { LargeOrder, MakeQueueClient } from './queue-client.ts';
import { PREFETCH } from './queue-client.ts';

type Acks = 'one by one' | 'together';

/** The client alone. Acks leave one by one, or those of a turn of the event loop together; further properties are those of each message. */
export function amqplib(acks: Acks = 'one by one', further: () => Options.Publish = () => ({})): MakeQueueClient {
  return async ({ url, type, queue, onOrder }) => {
    const { connect } = await import('amqplib');
    const sending = await (await connect(url)).createConfirmChannel();
    const receiving = await (await connect(url)).createChannel();
    await sending.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': type } });
    await receiving.prefetch(PREFETCH);
    sending.on('return', () => {
      throw new Error(`a message was returned: the queue "${queue}" is not there`);
    });
    const ack = acks === 'together' ? together(receiving) : (message: ConsumeMessage) => receiving.ack(message);
    let consumerTag = '';
    return {
      send: (order, done) => {
        const content = Buffer.from(JSON.stringify(order));
        sending.publish('', queue, content, { ...further(), persistent: true, mandatory: true, contentType: 'application/json' }, done);
      },
      consume: async () => {
        ({ consumerTag } = await receiving.consume(queue, (message) => {
          if (message === null) throw new Error('the broker has ended the consumer');
          onOrder(JSON.parse(message.content.toString()) as LargeOrder);
          ack(message);
        }));
      },
      pause: async () => void (await receiving.cancel(consumerTag)),
    };
  };
}

function together(channel: Channel): (message: ConsumeMessage) => void {
  let last: ConsumeMessage | undefined;
  return (message) => {
    if (last === undefined)
      setImmediate(() => {
        channel.ack(last as ConsumeMessage, true);
        last = undefined;
      });
    last = message;
  };
}
