import { EventEmitter } from 'node:events';
import type { DeadLetter } from '@waybill/core/transport';
import { systemRuntime } from '@waybill/core';
import { expect, it } from 'vitest';
import { RabbitmqDeadLetters } from '../../src/dead-letters/rabbitmq-dead-letters.ts';
import type { AmqpChannel, AmqpMessage } from '../../src/rabbitmq-client.ts';

const QUEUE = 'jobs.dead-letter';

/** A queue with three letters. */
function letters() {
  const acked: number[] = [];
  const events = new EventEmitter();
  let isOpen = true;
  const whileOpen = (): void => {
    if (!isOpen) throw new Error('Channel closed');
  };
  const arrived = (deliveryTag: number): AmqpMessage => ({
    content: Buffer.from('{}'),
    fields: { deliveryTag, redelivered: false, routingKey: QUEUE, exchange: '' },
    properties: { headers: {}, messageId: `letter-${deliveryTag}` },
  });
  const channel: Partial<AmqpChannel> = {
    on: events.on.bind(events),
    assertQueue: () => Promise.resolve({}),
    deleteQueue: () => Promise.resolve({}),
    checkQueue: () => Promise.resolve({ messageCount: 3 - acked.length, consumerCount: 0 }),
    prefetch: () => Promise.resolve({}),
    consume: (_queue, onMessage) => {
      for (const tag of [1, 2, 3]) onMessage(arrived(tag));
      return Promise.resolve({ consumerTag: 'scan' });
    },
    cancel: async () => whileOpen(),
    ack: ({ fields }) => {
      whileOpen();
      acked.push(fields.deliveryTag);
    },
    nack: whileOpen,
  };
  const end = (isTold: boolean): void => {
    isOpen = false;
    if (isTold) events.emit('close');
  };
  const parts = {
    runtime: () => systemRuntime(),
    withChannel: <T>(work: (channel: AmqpChannel) => Promise<T>) => work(channel as AmqpChannel),
  };
  return { letters: new RabbitmqDeadLetters(parts), acked, end };
}

const IDS = ['letter-1', 'letter-2', 'letter-3'];

it.each([
  ['and nobody has told', false, IDS.slice(0, 2)],
  ['as was told', true, IDS.slice(0, 1)],
])('nothing more is done to dead letters once their channel has ended, %s: they stand in the queue again', async (_, isTold, expected) => {
  const { letters: queue, acked, end } = letters();
  const done: string[] = [];
  const act = async ({ id }: DeadLetter): Promise<void> => {
    done.push(id);
    if (done.length > 1) return;
    end(isTold);
    throw new Error('refused');
  };
  await expect(queue.take('jobs', IDS, act)).rejects.toThrow('Channel closed');
  expect(done).toEqual(expected);
  expect(acked).toEqual([]);
});
