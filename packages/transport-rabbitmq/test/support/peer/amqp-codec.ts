import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The fields of a method, as the client's codec takes and gives them. */
export type Fields = Readonly<Record<string, unknown>>;

/** One frame, decoded. */
export interface PeerFrame {
  /** `ChannelOpen`, `BasicPublish`; `Greeting`, `Header`, `Body`, `Heartbeat` for what is no method. */
  readonly name: string;
  readonly channel: number;
  readonly fields: Fields;
  /** The part of a body. */
  readonly content: Buffer;
  /** The bytes of a body that a header announces. */
  readonly size: number;
}

interface Parsed {
  readonly rest: Buffer;
}

interface Decoded {
  readonly id?: number;
  readonly channel: number;
  readonly fields?: Fields;
  readonly content?: Buffer;
  readonly size?: number;
}

interface Defs {
  readonly BasicProperties: number;
  readonly info: (id: number) => { readonly name: string };
  readonly encodeMethod: (id: number, channel: number, fields: Fields) => Buffer;
  readonly encodeProperties: (id: number, channel: number, size: number, fields: Fields) => Buffer;
}

interface Framing {
  readonly HEARTBEAT: Decoded;
  readonly HEARTBEAT_BUF: Buffer;
  readonly parseFrame: (bytes: Buffer, max: number) => Parsed | false;
  readonly decodeFrame: (parsed: Parsed) => Decoded;
  readonly makeBodyFrame: (channel: number, payload: Buffer) => Buffer;
}

/** The client's own codec. Its package does not export it: it is found beside what it exports. */
const required = createRequire(import.meta.url);
const part = (file: string): unknown => required(join(dirname(required.resolve('amqplib')), 'lib', file));
const defs = part('defs.js') as Defs;
const framing = part('frame.js') as Framing;
const heart = part('heartbeat.js') as { UNITS_TO_MS: number };

const GREETING = 'AMQP';
const GREETING_LENGTH = 8;
const NO_CONTENT = Buffer.alloc(0);

/** A method, as bytes. */
export function methodFrame(name: string, channel: number, fields: Fields = {}): Buffer {
  const id = (defs as unknown as Readonly<Record<string, unknown>>)[name];
  if (typeof id !== 'number') throw new Error(`AMQP has no method "${name}"`);
  return defs.encodeMethod(id, channel, fields);
}

/** The header of a content, as bytes. */
export const headerFrame = (channel: number, size: number, properties: Fields): Buffer =>
  defs.encodeProperties(defs.BasicProperties, channel, size, properties);

/** A part of a body, as bytes. */
export const bodyFrame = (channel: number, payload: Buffer): Buffer => framing.makeBodyFrame(channel, payload);

/** "I live." */
export const heartbeatFrame = (): Buffer => framing.HEARTBEAT_BUF;

/** Shortens the heartbeats of the client's connections that are made from now on: how many milliseconds are called a second. The way back. */
export function shortenHeartbeats(milliseconds: number): () => void {
  const before = heart.UNITS_TO_MS;
  heart.UNITS_TO_MS = milliseconds;
  return () => void (heart.UNITS_TO_MS = before);
}

/** Cuts what a client says into frames, and decodes them. */
export class FrameReader {
  #rest: Buffer = NO_CONTENT;

  read(bytes: Buffer): readonly PeerFrame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: PeerFrame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): PeerFrame | undefined {
    if (this.#rest.toString('latin1', 0, GREETING.length) === GREETING) {
      this.#rest = this.#rest.subarray(GREETING_LENGTH);
      return frameOf('Greeting', { channel: 0 });
    }
    const parsed = framing.parseFrame(this.#rest, 0);
    if (parsed === false) return undefined;
    this.#rest = parsed.rest;
    const decoded = framing.decodeFrame(parsed);
    return frameOf(nameOf(decoded), decoded);
  }
}

function nameOf(decoded: Decoded): string {
  if (decoded === framing.HEARTBEAT) return 'Heartbeat';
  if (decoded.content !== undefined) return 'Body';
  return decoded.id === defs.BasicProperties ? 'Header' : defs.info(decoded.id ?? 0).name;
}

const frameOf = (name: string, { channel, fields = {}, content = NO_CONTENT, size = 0 }: Decoded): PeerFrame => ({
  name,
  channel,
  fields,
  content,
  size,
});
