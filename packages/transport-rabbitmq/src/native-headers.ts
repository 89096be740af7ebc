import type { HeaderKey } from '@waybill/core/transport';

/** Properties of AMQP that mean what a header of ours means. */
type NativeProperty = 'messageId' | 'correlationId' | 'contentType' | 'type' | 'replyTo' | 'appId';

/**
 * Which property carries which header. A header stands there alone, where any client reads it, and in the table of headers only
 * when it is too long for a property: each entry of the table costs the clients on both sides a microsecond. On receive ours
 * wins where both are given.
 */
export const NATIVE_HEADERS: readonly (readonly [header: HeaderKey, property: NativeProperty])[] = [
  ['id', 'messageId'],
  ['correlation', 'correlationId'],
  ['contentType', 'contentType'],
  ['name', 'type'],
  ['replyTo', 'replyTo'],
  ['source', 'appId'],
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

/** The time in the id of a message, in epoch milliseconds, where it is a UUID of version 7 (RFC 9562, 5.7), as core makes them; else `NaN`, or no time that any message has. */
export function timeInId(id: string): number {
  if (id.length !== UUID_LENGTH || id.charCodeAt(14) !== SEVEN) return Number.NaN;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

const UUID_LENGTH = 36;
const SEVEN = 55;
