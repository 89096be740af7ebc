import { EventEmitter } from 'node:events';
import { systemRuntime } from '@waybill/core';
import type { SendOutcome, TransportEntry } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import { expect, it } from 'vitest';
import { rabbitmqCapabilities } from '../../src/rabbitmq-capabilities.ts';
import type { AmqpConnection } from '../../src/rabbitmq-client.ts';
import type { KnownExchanges } from '../../src/send/known-exchanges.ts';
import { PublishLine } from '../../src/send/publish-line.ts';
import { RabbitmqSender } from '../../src/send/rabbitmq-sender.ts';

/** A channel that confirms nothing by itself. */
class SilentChannel extends EventEmitter {
  readonly sent: string[] = [];

  publish(_exchange: string, _routingKey: string, content: Buffer): boolean {
    return this.sent.push(content.toString()) > 0;
  }
}

const entry = (text: string, partitionKey?: string): TransportEntry => ({
  destination: { kind: 'endpoint', name: 'jobs' },
  headers: MessageHeaders.empty(),
  body: Buffer.from(text),
  ...(partitionKey === undefined ? {} : { partitionKey }),
});

const wordOf = (outcome: SendOutcome): string => (outcome.status === 'rejected' ? outcome.code : outcome.status);

it('answers of each entry what is known when its signal aborts, and lets nothing leave after that', async () => {
  const channel = new SilentChannel();
  const connection = { createConfirmChannel: () => Promise.resolve(channel) } as unknown as AmqpConnection;
  const runtime = systemRuntime();
  const line = new PublishLine({ runtime, window: 3, connection: () => connection, isBlocked: () => false });
  await line.attach(connection);
  const exchanges = { has: () => true } as unknown as KnownExchanges;
  const sender = new RabbitmqSender({
    runtime,
    capabilities: rabbitmqCapabilities({ queue: 'classic', maxPriority: undefined, maxMessageBytes: 1_000 }),
    line,
    exchanges,
    isInbox: false,
  });
  const abort = new AbortController();
  const entries = [entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b'), entry('b2', 'b'), entry('first'), entry('second')];
  const sending = sender.send(entries, { signal: abort.signal });
  expect(channel.sent).toEqual(['first', 'second', 'a1']);
  channel.emit('ack', { deliveryTag: 1, multiple: false });
  expect(channel.sent.slice(3)).toEqual(['b1']);
  abort.abort(new Error('enough'));
  channel.emit('ack', { deliveryTag: 4, multiple: true });
  const words = (await sending).map(wordOf);
  expect(words).toEqual(['unknown', 'LANE_BLOCKED', 'unknown', 'LANE_BLOCKED', 'accepted', 'unknown']);
  expect(channel.sent).toHaveLength(4);
  line.close();
});
