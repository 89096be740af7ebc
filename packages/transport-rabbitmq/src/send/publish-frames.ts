import type { AmqpRoute } from '../rabbitmq-client.ts';
import { MAX_SHORT_BYTES } from '../native-headers.ts';
import type { OutgoingProperties } from './to-amqp.ts';

/** A message as it is published. */
export interface OutgoingMessage extends AmqpRoute {
  readonly content: Uint8Array;
  readonly properties: OutgoingProperties;
}

/** So much is reserved at once: many messages share it, and it is written when it is full. */
const CHUNK_BYTES = 64 * 1024;
/** The most bytes of the frame of the properties, where frames may be larger. */
const MAX_HEADER_FRAME = 64 * 1024;
/** In UTF-8 a UTF-16 code unit takes at most three bytes. */
const MAX_BYTES_PER_UNIT = 3;
/** The bytes of a frame beside its payload: type, channel and size before it, an end behind it. */
const FRAME_OVERHEAD = 8;
/** All that is no text and no body: of the method, of the properties, and of their lengths. */
const MAX_FIXED_BYTES = 128;
/** A length, a type and another length. */
const TABLE_ENTRY_BYTES = 6;
/** A text that is shorter is written faster here than by a call of the platform. */
const SHORT_UNITS = 16;

const METHOD_FRAME = 1;
const HEADER_FRAME = 2;
const BODY_FRAME = 3;
const FRAME_END = 0xce;
const CLASS_BASIC = 60;
const METHOD_PUBLISH = 40;
const LONG_STRING = 0x53;

/** The flags of the properties, in the order in which they are written. */
const CONTENT_TYPE = 1 << 15;
const HEADERS = 1 << 13;
const DELIVERY_MODE = 1 << 12;
const PRIORITY = 1 << 11;
const CORRELATION_ID = 1 << 10;
const REPLY_TO = 1 << 9;
const EXPIRATION = 1 << 8;
const MESSAGE_ID = 1 << 7;
const TIMESTAMP = 1 << 6;
const TYPE = 1 << 5;
const APP_ID = 1 << 3;

/** Writes messages of one channel as the frames of AMQP 0-9-1, one behind the other, until they are taken. */
export class PublishFrames {
  readonly #channel: number;
  readonly #maxPayload: number;
  readonly #maxHeader: number;
  #chunk: Buffer = Buffer.alloc(0);
  /** Where in the chunk begins what was not taken. */
  #begin = 0;
  #end = 0;
  #full: Uint8Array[] = [];

  constructor({ channel, frameMax }: { readonly channel: number; readonly frameMax: number }) {
    this.#channel = channel;
    this.#maxPayload = frameMax - FRAME_OVERHEAD;
    this.#maxHeader = Math.min(frameMax, MAX_HEADER_FRAME);
  }

  /** Adds a message. Throws a `TypeError` for a name that is too long, a `RangeError` for headers that are; then nothing was added. */
  append(message: OutgoingMessage): void {
    const most = mostBytes(message, this.#maxPayload);
    if (this.#chunk.length - this.#end < most) this.#reserve(most);
    const chunk = this.#chunk;
    const { properties, content } = message;
    let at = writeMethod(chunk, this.#end, this.#channel, message);
    const header = at;
    at = writeHeader(chunk, at, this.#channel, properties, content.length);
    if (at - header > this.#maxHeader)
      throw new RangeError(`the headers take ${at - header} bytes; a frame holds ${this.#maxHeader} of them`);
    this.#end = writeBody(chunk, at, this.#channel, content, this.#maxPayload);
  }

  /** True when so much waits that it may as well be written now. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  /** All that was added and not taken yet: whole frames. */
  take(): readonly Uint8Array[] {
    const pieces = this.#full;
    this.#full = [];
    if (this.#end > this.#begin) pieces.push(this.#chunk.subarray(this.#begin, this.#end));
    this.#begin = this.#end;
    return pieces;
  }

  #reserve(bytes: number): void {
    if (this.#end > this.#begin) this.#full.push(this.#chunk.subarray(this.#begin, this.#end));
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
    this.#begin = 0;
    this.#end = 0;
  }
}

/** So many bytes are enough. */
function mostBytes({ exchange, routingKey, properties, content }: OutgoingMessage, maxPayload: number): number {
  const { headers, contentType, correlationId, replyTo, expiration, messageId, type, appId } = properties;
  let units = exchange.length + routingKey.length;
  units += unitsOf(contentType) + unitsOf(correlationId) + unitsOf(replyTo) + unitsOf(expiration);
  units += unitsOf(messageId) + unitsOf(type) + unitsOf(appId);
  let entries = 0;
  for (const name in headers) {
    units += name.length + unitsOf(headers[name]);
    entries += 1;
  }
  const frames = Math.ceil(content.length / maxPayload);
  return MAX_FIXED_BYTES + units * MAX_BYTES_PER_UNIT + entries * TABLE_ENTRY_BYTES + content.length + frames * FRAME_OVERHEAD;
}

const unitsOf = (text: string | undefined): number => (text === undefined ? 0 : text.length);

function writeMethod(bytes: Buffer, begin: number, channel: number, { exchange, routingKey, mandatory }: AmqpRoute): number {
  let at = beginFrame(bytes, begin, METHOD_FRAME, channel);
  at = write16(bytes, at, CLASS_BASIC);
  at = write16(bytes, at, METHOD_PUBLISH);
  at = write16(bytes, at, 0); // reserved
  at = writeShort(bytes, at, exchange);
  at = writeShort(bytes, at, routingKey);
  bytes[at] = mandatory ? 1 : 0;
  return endFrame(bytes, begin, at + 1);
}

function writeHeader(bytes: Buffer, begin: number, channel: number, properties: OutgoingProperties, size: number): number {
  let at = beginFrame(bytes, begin, HEADER_FRAME, channel);
  at = write16(bytes, at, CLASS_BASIC);
  at = write16(bytes, at, 0); // reserved
  at = write64(bytes, at, size);
  at = write16(bytes, at, flagsOf(properties));
  at = writeProperties(bytes, at, properties);
  return endFrame(bytes, begin, at);
}

function flagsOf(properties: OutgoingProperties): number {
  return (
    flag(properties.contentType, CONTENT_TYPE) |
    flag(properties.headers, HEADERS) |
    flag(properties.deliveryMode, DELIVERY_MODE) |
    flag(properties.priority, PRIORITY) |
    flag(properties.correlationId, CORRELATION_ID) |
    flag(properties.replyTo, REPLY_TO) |
    flag(properties.expiration, EXPIRATION) |
    flag(properties.messageId, MESSAGE_ID) |
    flag(properties.timestamp, TIMESTAMP) |
    flag(properties.type, TYPE) |
    flag(properties.appId, APP_ID)
  );
}

const flag = (value: unknown, bit: number): number => (value === undefined ? 0 : bit);

function writeProperties(bytes: Buffer, begin: number, properties: OutgoingProperties): number {
  let at = writeIfAny(bytes, begin, properties.contentType);
  if (properties.headers !== undefined) at = writeTable(bytes, at, properties.headers);
  if (properties.deliveryMode !== undefined) bytes[at++] = properties.deliveryMode;
  if (properties.priority !== undefined) bytes[at++] = properties.priority;
  at = writeIfAny(bytes, at, properties.correlationId);
  at = writeIfAny(bytes, at, properties.replyTo);
  at = writeIfAny(bytes, at, properties.expiration);
  at = writeIfAny(bytes, at, properties.messageId);
  if (properties.timestamp !== undefined) at = write64(bytes, at, properties.timestamp);
  at = writeIfAny(bytes, at, properties.type);
  return writeIfAny(bytes, at, properties.appId);
}

function writeTable(bytes: Buffer, begin: number, table: NonNullable<OutgoingProperties['headers']>): number {
  let at = begin + 4;
  for (const name in table) {
    const value = table[name] as string;
    at = writeShort(bytes, at, name);
    bytes[at] = LONG_STRING;
    const end = writeText(bytes, at + 5, value);
    write32(bytes, at + 1, end - at - 5);
    at = end;
  }
  write32(bytes, begin, at - begin - 4);
  return at;
}

function writeBody(bytes: Buffer, begin: number, channel: number, content: Uint8Array, maxPayload: number): number {
  let at = begin;
  for (let from = 0; from < content.length; from += maxPayload) {
    const payload = content.length <= maxPayload ? content : content.subarray(from, from + maxPayload);
    bytes.set(payload, beginFrame(bytes, at, BODY_FRAME, channel));
    at = endFrame(bytes, at, at + FRAME_OVERHEAD - 1 + payload.length);
  }
  return at;
}

/** Leaves room for the size, which {@link endFrame} fills in. */
function beginFrame(bytes: Buffer, at: number, type: number, channel: number): number {
  bytes[at] = type;
  return write16(bytes, at + 1, channel) + 4;
}

function endFrame(bytes: Buffer, begin: number, at: number): number {
  write32(bytes, begin + 3, at - begin - FRAME_OVERHEAD + 1);
  bytes[at] = FRAME_END;
  return at + 1;
}

const writeIfAny = (bytes: Buffer, at: number, text: string | undefined): number => (text === undefined ? at : writeShort(bytes, at, text));

function writeShort(bytes: Buffer, at: number, text: string): number {
  const end = writeText(bytes, at + 1, text);
  const length = end - at - 1;
  if (length > MAX_SHORT_BYTES)
    throw new TypeError(`a name of AMQP has at most ${MAX_SHORT_BYTES} bytes; "${text.slice(0, 100)}…" has ${length}`);
  bytes[at] = length;
  return end;
}

function writeText(bytes: Buffer, begin: number, text: string): number {
  const { length } = text;
  if (length > SHORT_UNITS) return begin + bytes.write(text, begin);
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return begin + bytes.write(text, begin);
    bytes[begin + index] = unit;
  }
  return begin + length;
}

function write16(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
  return at + 2;
}

function write32(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

/** A whole number that is exact as a double. */
const write64 = (bytes: Buffer, at: number, value: number): number =>
  write32(bytes, write32(bytes, at, Math.floor(value / 0x1_0000_0000)), value);
