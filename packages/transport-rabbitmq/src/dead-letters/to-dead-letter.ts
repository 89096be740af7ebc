import type { DeadLetterReason, TransportMessage } from '@waybill/core/transport';
import { HEADERS, MessageHeaders } from '@waybill/core/transport';
import type { AmqpMessage } from '../rabbitmq-client.ts';
import { fromAmqp, lastDeath } from '../receive/from-amqp.ts';

/** What the broker says of messages that it dead-letters by itself, in our words. */
const REASONS: ReadonlyMap<string, DeadLetterReason> = new Map([['expired', 'expired']]);

/** A message in the dead letters. Where the broker put it there by itself, reason, origin and time are taken from what it wrote. */
export function toDeadLetter(found: Pick<AmqpMessage, 'content' | 'properties'>): TransportMessage {
  const { headers, body } = fromAmqp(found);
  const message = { headers, body: Buffer.from(body) };
  const death = lastDeath(found.properties);
  if (headers.has(HEADERS.reason) || death === undefined) return message;
  const told = MessageHeaders.copyOf(headers);
  told.set(HEADERS.reason, REASONS.get(death.reason) ?? 'failed');
  told.set(HEADERS.origin, death.queue);
  if (!REASONS.has(death.reason)) told.set(HEADERS.error, `RabbitMQ dead-lettered it by itself: ${death.reason}`);
  if (death.time !== undefined) told.set(HEADERS.failedAt, new Date(death.time * 1_000).toISOString());
  return { ...message, headers: told };
}
