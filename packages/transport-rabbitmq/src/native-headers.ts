import { HEADERS } from '@waybill/core/transport';
import type { AmqpProperties } from './rabbitmq-client.ts';

/** Properties of AMQP that repeat a header of ours. */
type NativeProperty = 'messageId' | 'correlationId' | 'contentType' | 'type' | 'replyTo';

/** Which property repeats which header: on send both are written, on receive ours wins, and the property stands in where it is missing. */
export const NATIVE_HEADERS: readonly (readonly [header: string, property: NativeProperty & keyof AmqpProperties])[] = [
  [HEADERS.id, 'messageId'],
  [HEADERS.correlation, 'correlationId'],
  [HEADERS.contentType, 'contentType'],
  [HEADERS.name, 'type'],
  [HEADERS.replyTo, 'replyTo'],
];

/** The longest text of a property, and of a header's name, in bytes. */
export const MAX_SHORT_BYTES = 255;

/** Headers that the broker writes by itself; they are neither handed over nor sent on, where they would look like a circle. */
export const BROKER_HEADERS: ReadonlySet<string> = new Set([
  'x-death',
  'x-first-death-exchange',
  'x-first-death-queue',
  'x-first-death-reason',
  'x-last-death-exchange',
  'x-last-death-queue',
  'x-last-death-reason',
  'x-delivery-count',
  'x-acquired-count',
]);

/** The name under which a channel reads the replies to what was requested by it; the broker writes the true address over it. */
export const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';
