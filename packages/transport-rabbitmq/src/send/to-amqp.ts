import type { TransportMessage } from '@waybill/core/transport';
import { HEADERS, utf8Length } from '@waybill/core/transport';
import { MAX_SHORT_BYTES } from '../native-headers.ts';
import type { AmqpProperties } from '../rabbitmq-client.ts';

/** AMQP: 2 is kept on disk. Everything we send is. */
const PERSISTENT = 2;

/** What an outgoing message needs beside its headers. */
export interface OutgoingFacts {
  /** For a message without an id of its own. */
  readonly nativeId: string;
  readonly priority?: number | undefined;
  /** How long it may wait in a queue, in milliseconds. */
  readonly timeToLiveMs?: number | undefined;
  /** Instead of the address in the headers, which is taken out: the broker knows better which it is. */
  readonly replyTo?: string | undefined;
}

/** The properties of a message as the client takes them. The body goes as it is. */
export function toAmqp({ headers }: TransportMessage, facts: OutgoingFacts): AmqpProperties {
  const table = Object.create(null) as Record<string, string>;
  for (const [name, value] of headers) table[name] = value;
  if (facts.replyTo !== undefined) delete table[HEADERS.replyTo];
  const properties: Record<string, unknown> = {
    headers: table,
    deliveryMode: PERSISTENT,
    messageId: short(headers.get(HEADERS.id)) ?? facts.nativeId,
  };
  putTime(properties, headers.get(HEADERS.sent));
  put(properties, 'correlationId', short(headers.get(HEADERS.correlation)));
  put(properties, 'contentType', short(headers.get(HEADERS.contentType)));
  put(properties, 'type', short(headers.get(HEADERS.name)));
  put(properties, 'replyTo', facts.replyTo ?? short(headers.get(HEADERS.replyTo)));
  if (facts.priority !== undefined) properties['priority'] = facts.priority;
  if (facts.timeToLiveMs !== undefined) properties['expiration'] = String(facts.timeToLiveMs);
  return properties as AmqpProperties;
}

/** The first header name that AMQP, or the client on the other side, cannot carry; `undefined` when all can be. */
export function headerNotAllowed(headers: ReadonlyMap<string, string>): string | undefined {
  for (const name of headers.keys()) if (!isCarried(name)) return name;
  return undefined;
}

/** Of `__proto__` the other side would make a prototype; of a name of the broker's, a history that never was. */
function isCarried(name: string): boolean {
  return name !== '__proto__' && (name.length * 3 <= MAX_SHORT_BYTES || utf8Length(name) <= MAX_SHORT_BYTES) && name !== 'x-death';
}

function put(properties: Record<string, unknown>, name: string, value: string | undefined): void {
  if (value !== undefined) properties[name] = value;
}

/** AMQP has times in whole seconds. */
function putTime(properties: Record<string, unknown>, sent: string | undefined): void {
  const time = sent === undefined ? Number.NaN : Date.parse(sent);
  if (!Number.isNaN(time)) properties['timestamp'] = Math.floor(time / 1_000);
}

/** A value that a property can hold: longer ones stand in the headers alone. */
function short(value: string | undefined): string | undefined {
  return value === undefined || value.length * 3 <= MAX_SHORT_BYTES || utf8Length(value) <= MAX_SHORT_BYTES ? value : undefined;
}
