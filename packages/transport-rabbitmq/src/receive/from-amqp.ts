import type { TransportMessage } from '@waybill/core/transport';
import { MessageHeaders, SLOTS } from '@waybill/core/transport';
import { BROKER_HEADERS, NATIVE_HEADERS, timeInId } from '../native-headers.ts';
import type { AmqpMessage, AmqpProperties } from '../rabbitmq-client.ts';

const NATIVE_SLOTS = NATIVE_HEADERS.map(([key, property]) => [SLOTS[key], property] as const);

/**
 * A message as it has arrived: texts, numbers and truth values of the header table as strings, the native properties where
 * our headers say nothing. What else the table holds (lists, tables, bytes) is left out. The headers are a map of their own:
 * nothing of an object's prototype is ever read.
 */
export function fromAmqp({ content, properties }: Pick<AmqpMessage, 'content' | 'properties'>): TransportMessage {
  const headers = MessageHeaders.empty();
  const table = properties.headers;
  if (table !== undefined) for (const name of Object.keys(table)) read(headers, name, table[name]);
  for (const [slot, property] of NATIVE_SLOTS) {
    const value = properties[property];
    if (typeof value === 'string' && headers.at(slot) === undefined) headers.put(slot, value);
  }
  if (headers.at(SLOTS.sent) === undefined && isInstant(properties.timestamp)) readTime(headers, properties.timestamp);
  return { headers, body: content };
}

/** An id that was made in that second tells the rest of it, and without a word of another one the message has begun its conversation. */
function readTime(headers: MessageHeaders, seconds: number): void {
  const id = headers.at(SLOTS.id) ?? '';
  const ms = timeInId(id);
  const isOfId = Math.floor(ms / 1_000) === seconds;
  headers.put(SLOTS.sent, new Date(isOfId ? ms : seconds * 1_000).toISOString());
  if (isOfId && headers.at(SLOTS.conversation) === undefined) headers.begin(id);
}

/** How often the broker has handed it over: quorum queues count, others know that it came before. */
export function attemptOf({ fields, properties }: Pick<AmqpMessage, 'fields' | 'properties'>): number {
  const count = ownValue(properties, 'x-delivery-count');
  if (typeof count === 'number') return count + 1;
  return fields.redelivered ? 2 : 1;
}

/** One entry of what the broker writes into `x-death`: where, why, and when it took the message out of a queue. */
export interface BrokerDeath {
  readonly queue: string;
  readonly reason: string;
  /** Epoch seconds. */
  readonly time: number | undefined;
}

/** The last time that the broker itself dead-lettered the message, or `undefined`. */
export function lastDeath(properties: AmqpProperties): BrokerDeath | undefined {
  const deaths = ownValue(properties, 'x-death');
  const last: unknown = Array.isArray(deaths) ? deaths[0] : undefined;
  if (typeof last !== 'object' || last === null) return undefined;
  const { queue, reason, time } = last as Record<string, unknown>;
  if (typeof queue !== 'string' || typeof reason !== 'string') return undefined;
  const value = (time as { readonly value?: unknown } | undefined)?.value;
  return { queue, reason, time: typeof value === 'number' ? value : undefined };
}

function ownValue({ headers }: AmqpProperties, name: string): unknown {
  return headers !== undefined && Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function read(headers: MessageHeaders, name: string, value: unknown): void {
  if (typeof value === 'string') {
    if (!BROKER_HEADERS.has(name)) headers.set(name, value);
  } else if ((typeof value === 'number' || typeof value === 'boolean') && !BROKER_HEADERS.has(name)) headers.set(name, String(value));
}

const MAX_SECONDS = 8_640_000_000_000;

function isInstant(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && Number.isFinite(seconds) && Math.abs(seconds) <= MAX_SECONDS;
}
