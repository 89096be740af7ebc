import { systemRuntime } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import type { AmqpChannel } from '../../src/rabbitmq-client.ts';
import { PublishChannel } from '../../src/send/publish-channel.ts';
import { SocketChannel } from '../support/socket-channel.ts';

function openChannel() {
  const channel = new SocketChannel();
  const ends: string[] = [];
  const line = new PublishChannel(channel as unknown as AmqpChannel, systemRuntime(), {
    onRoom: () => undefined,
    onEnd: () => void ends.push('the channel'),
  });
  const publish = (text: string): void =>
    line.publish({
      exchange: '',
      routingKey: 'jobs',
      mandatory: true,
      content: Buffer.from(text),
      properties: {},
      signal: undefined,
      ended: ({ is }) => void ends.push(`${text} ${is}`),
    });
  return { channel, line, publish, ends, written: channel.socket.written };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('what is published', () => {
  it('leaves at once when it is alone, and together with what comes in the same turn when something is under way', async () => {
    const { publish, written } = openChannel();
    publish('a');
    expect(written).toEqual([['a']]);
    publish('b');
    publish('c');
    expect(written).toEqual([['a']]);
    await nextTurn();
    expect(written).toEqual([['a'], ['b', 'c']]);
    publish('d');
    await nextTurn();
    expect(written).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('leaves before the turn has ended where it is asked for, once', async () => {
    const { line, publish, written } = openChannel();
    publish('a');
    publish('b');
    line.flush();
    expect(written).toEqual([['a'], ['b']]);
    await nextTurn();
    expect(written).toEqual([['a'], ['b']]);
  });

  it('leaves before the turn has ended where it is much', () => {
    const { publish, written } = openChannel();
    for (let n = 0; n < 100; n += 1) publish('x'.repeat(1_000));
    expect(written.length).toBeGreaterThan(1);
  });

  it.each<[string, (channel: SocketChannel) => void]>([
    ['the channel', (channel) => (channel.sendMessage = () => false)],
    ['the connection', ({ connection }) => (connection.sendMessage = () => false)],
    ['the socket', ({ socket }) => (socket.writable = false)],
  ])('does not leave any more once the client has closed %s; nor does what waited', async (_what, close) => {
    const { channel, publish, written, ends } = openChannel();
    publish('a');
    publish('b');
    close(channel);
    expect(() => publish('c')).toThrow('Channel closing');
    await nextTurn();
    expect(written).toEqual([['a']]);
    expect(ends).toEqual(['a lost', 'b lost', 'the channel']);
  });
});
