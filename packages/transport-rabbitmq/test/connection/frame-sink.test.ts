import { connect } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { frameSinkOf } from '../../src/connection/frame-sink.ts';
import type { AmqpChannel } from '../../src/rabbitmq-client.ts';
import { ScriptedPeer } from '../support/peer/scripted-peer.ts';

describe('the sink for the frames of a channel', () => {
  it('is found in the client that is installed, and is open until the channel is closed', async () => {
    const peer = await ScriptedPeer.listen();
    const connection = await connect(peer.url);
    try {
      const channel = await connection.createConfirmChannel();
      const sink = frameSinkOf(channel as unknown as AmqpChannel);
      expect(sink).toMatchObject({ channel: 1, frameMax: 131_072 });
      expect(sink?.isOpen()).toBe(true);
      const closing = channel.close();
      expect(sink?.isOpen()).toBe(false);
      await closing;
    } finally {
      await connection.close();
      await peer.close();
    }
  });

  it('is open until the connection is closed', async () => {
    const peer = await ScriptedPeer.listen();
    const connection = await connect(peer.url);
    const sink = frameSinkOf((await connection.createConfirmChannel()) as unknown as AmqpChannel);
    expect(sink?.isOpen()).toBe(true);
    const closing = connection.close();
    expect(sink?.isOpen()).toBe(false);
    await closing;
    await peer.close();
  });

  it('is not found where the client has nothing below its `publish`', () => {
    expect(frameSinkOf({ publish: () => true } as unknown as AmqpChannel)).toBeUndefined();
  });
});
