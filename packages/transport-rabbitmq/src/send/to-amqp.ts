import type { MessageHeaders, TransportMessage } from '@waybill/core/transport';
import { HEADERS, isoTimeReader, utf8Length } from '@waybill/core/transport';
import { MAX_SHORT_BYTES, NATIVE_HEADERS, timeInId } from '../native-headers.ts';
import type { AmqpProperties } from '../rabbitmq-client.ts';

/** AMQP: 2 is kept on disk. Everything we send is. */
const PERSISTENT = 2;

/** The properties of a message as they leave: its table of headers holds texts only. */
export interface OutgoingProperties extends AmqpProperties {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

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

const PROPERTY_OF = new Map(NATIVE_HEADERS.map(([key, property]) => [HEADERS[key] as string, property]));

/** The table of headers: `__proto__` is a name like any other, and it is read as fast as an ordinary object. */
class HeaderTable {
  [name: string]: string;

  static {
    Object.setPrototypeOf(HeaderTable.prototype, null);
  }
}

/** What makes the properties of messages. It remembers the last time that it read: many messages share one. */
export function amqpWriter(): (message: TransportMessage, facts: OutgoingFacts) => OutgoingProperties {
  const readTime = isoTimeReader();
  const isOurForm = ourFormReader();
  return ({ headers }, facts) => {
    const properties = emptyProperties();
    const sentText = headers.get(HEADERS.sent) ?? '';
    const sent = readTime(sentText);
    if (sent >= 0) properties.timestamp = Math.floor(sent / 1_000); // AMQP has whole seconds; the header has the rest
    if (isShort(facts.nativeId)) properties.messageId = facts.nativeId;
    const impliedBy = isOurForm(sentText, sent) ? idThatImplies(sent, headers) : undefined;
    headers.forEach((value, name) => {
      if (impliedBy !== undefined && (name === HEADERS.sent || (name === HEADERS.conversation && value === impliedBy))) return;
      if (name === HEADERS.replyTo && facts.replyTo !== undefined) return;
      const property = PROPERTY_OF.get(name);
      if (property === undefined || !isShort(value)) (properties.headers ??= new HeaderTable())[name] = value;
      else properties[property] = value;
    });
    if (facts.replyTo !== undefined) properties.replyTo = facts.replyTo;
    properties.priority = facts.priority;
    if (facts.timeToLiveMs !== undefined) properties.expiration = String(facts.timeToLiveMs);
    return properties;
  };
}

/**
 * The id of a message, where it says when the message was sent, as the ids do that core makes; and so it says the conversation too, where that
 * begins with this message. What the id says is not in the table: that costs the broker as much as a tenth of a message.
 */
function idThatImplies(sent: number, headers: TransportMessage['headers']): string | undefined {
  const id = headers.get(HEADERS.id);
  return id !== undefined && headers.has(HEADERS.conversation) && timeInId(id) === sent ? id : undefined;
}

/** Tells whether a text is how core writes that time, `2026-11-21T14:00:00.999Z`: in another form it would not come back as it was. Remembers the last. */
function ourFormReader(): (text: string, epochMs: number) => boolean {
  let lastText = '';
  let isOurs = false;
  return (text, epochMs) => {
    if (text !== lastText) {
      isOurs = !Number.isNaN(epochMs) && new Date(epochMs).toISOString() === text;
      lastText = text;
    }
    return isOurs;
  };
}

type Writable = { -readonly [Name in keyof OutgoingProperties]-?: OutgoingProperties[Name] };

/** With every property from the beginning: all messages look alike to who writes them. */
function emptyProperties(): Omit<Writable, 'headers'> & { headers: HeaderTable | undefined } {
  return {
    contentType: undefined,
    headers: undefined,
    deliveryMode: PERSISTENT,
    priority: undefined,
    correlationId: undefined,
    replyTo: undefined,
    expiration: undefined,
    messageId: undefined,
    timestamp: undefined,
    type: undefined,
    appId: undefined,
  };
}

/** The first header name that AMQP, or the client on the other side, cannot carry; `undefined` when all can be. */
export function headerNotAllowed(headers: MessageHeaders): string | undefined {
  return headers.findCustom(isNotCarried);
}

/** Of `__proto__` the other side would make a prototype; of a name of the broker's, a history that never was. */
function isNotCarried(name: string): boolean {
  return !isShort(name) || name === '__proto__' || name === 'x-death';
}

/** True for a text that a property, or the name of a header, can be. */
function isShort(text: string): boolean {
  return text.length * 3 <= MAX_SHORT_BYTES || utf8Length(text) <= MAX_SHORT_BYTES;
}
