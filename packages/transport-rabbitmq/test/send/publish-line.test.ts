import { EventEmitter } from 'node:events';
import { systemRuntime } from '@waybill/core';
import { expect, it } from 'vitest';
import type { AmqpConfirm, AmqpConnection } from '../../src/rabbitmq-client.ts';
import type { PublishEnd } from '../../src/send/publish-channel.ts';
import { PublishLine } from '../../src/send/publish-line.ts';
import { SocketChannel } from '../support/socket-channel.ts';

const MIB = 1024 * 1024;

/** A channel that takes everything and confirms nothing by itself. */
class SilentChannel extends EventEmitter {
  readonly sent: number[] = [];

  publish(_exchange: string, _routingKey: string, content: Buffer): boolean {
    return this.sent.push(content.byteLength) > 0;
  }

  confirm(confirm: AmqpConfirm): void {
    this.emit('ack', confirm);
  }
}

/** A line with a channel, and how its publishes have ended. */
async function openLine<C extends EventEmitter>(window: number, channel: C) {
  const connection = { createConfirmChannel: () => Promise.resolve(channel) } as unknown as AmqpConnection;
  const line = new PublishLine({
    runtime: systemRuntime(),
    window,
    connection: () => connection,
    isBlocked: () => false,
  });
  await line.attach(connection);
  const ends: PublishEnd[] = [];
  const publish = (content: Buffer): void =>
    line.publish({
      exchange: '',
      routingKey: 'jobs',
      content,
      properties: {},
      mandatory: false,
      signal: undefined,
      ended: (end) => void ends.push(end),
    });
  return { channel, line, ends, publish };
}

it('lets bodies of 64 MiB leave without a confirm, beside the one that goes over it, however few messages they are', async () => {
  const { channel, line, ends, publish } = await openLine(1_000, new SilentChannel());
  const [large, small] = [Buffer.allocUnsafe(40 * MIB), Buffer.allocUnsafe(8)];
  for (const content of [large, large, small, large]) publish(content);
  expect(channel.sent).toEqual([40 * MIB, 40 * MIB]);
  channel.confirm({ deliveryTag: 1, multiple: false });
  expect(channel.sent.slice(2)).toEqual([8, 40 * MIB]);
  channel.confirm({ deliveryTag: 4, multiple: true });
  expect(ends).toEqual([{ is: 'confirmed' }, { is: 'confirmed' }, { is: 'confirmed' }, { is: 'confirmed' }]);
  line.close();
});

it('counts no body twice, and forgets those of a channel that has ended', async () => {
  const { channel, line, ends, publish } = await openLine(1_000, new SilentChannel());
  const large = Buffer.allocUnsafe(64 * MIB);
  for (let n = 1; n <= 3; n += 1) {
    publish(large);
    channel.confirm({ deliveryTag: n, multiple: false });
    channel.confirm({ deliveryTag: n, multiple: true });
  }
  publish(large);
  publish(large);
  expect(channel.sent).toHaveLength(4);
  const next = new SilentChannel();
  const connection = { createConfirmChannel: () => Promise.resolve(next) } as unknown as AmqpConnection;
  channel.emit('close');
  await line.attach(connection);
  expect(next.sent).toEqual([64 * MIB]);
  expect(ends.map(({ is }) => is)).toEqual(['confirmed', 'confirmed', 'confirmed', 'lost']);
  line.close();
});

it('lets leave what was published just before it is closed', async () => {
  const { channel, line, publish } = await openLine(1_000, new SocketChannel());
  publish(Buffer.from('a'));
  publish(Buffer.from('b'));
  line.close();
  expect(channel.socket.written).toEqual([['a'], ['b']]);
});
