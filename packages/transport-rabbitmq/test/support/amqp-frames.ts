const HEAD = 7;
const END = 1;
const METHOD_FRAME = 1;
const FRAME_END = 0xce;
/** What a client says before its first frame. */
const GREETING = 'AMQP';
const GREETING_LENGTH = 8;

/** One frame of AMQP 0-9-1, with the bytes that it is made of. */
export interface AmqpFrame {
  readonly bytes: Buffer;
  readonly channel: number;
  /** Class and method as one number, `class * 1000 + method`; `undefined` for content, heartbeats and the greeting. */
  readonly method: number | undefined;
}

/** The broker says that it has a message. */
export const BASIC_ACK = 60_080;
/** The client asks for the messages of a queue. */
export const BASIC_CONSUME = 60_020;
/** The broker has ended a consumer, as the client had asked. */
export const CANCEL_OK = 60_031;
/** The client sends a message. */
export const BASIC_PUBLISH = 60_040;
/** The client says who it is. */
export const START_OK = 10_011;

/** Cuts a stream of bytes into frames. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete with these bytes. */
  cut(bytes: Buffer): readonly AmqpFrame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: AmqpFrame[] = [];
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      frames.push(frameOf(this.#rest.subarray(0, length)));
      this.#rest = this.#rest.subarray(length);
    }
    return frames;
  }

  #nextLength(): number | undefined {
    if (this.#rest.length < HEAD) return undefined;
    const isGreeting = this.#rest.toString('latin1', 0, GREETING.length) === GREETING;
    const length = isGreeting ? GREETING_LENGTH : HEAD + this.#rest.readUInt32BE(3) + END;
    return this.#rest.length < length ? undefined : length;
  }
}

function frameOf(bytes: Buffer): AmqpFrame {
  const isMethod = bytes[0] === METHOD_FRAME && bytes.length >= HEAD + 4;
  return {
    bytes,
    channel: bytes.readUInt16BE(1),
    method: isMethod ? bytes.readUInt16BE(HEAD) * 1_000 + bytes.readUInt16BE(HEAD + 2) : undefined,
  };
}

/** A short text, as AMQP writes it. */
const short = (text: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);

function methodFrame(channel: number, [classId, methodId]: readonly [number, number], ...parameters: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD + 4);
  const payload = Buffer.concat(parameters);
  head.writeUInt8(METHOD_FRAME, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(4 + payload.length, 3);
  head.writeUInt16BE(classId, HEAD);
  head.writeUInt16BE(methodId, HEAD + 2);
  return Buffer.concat([head, payload, Buffer.from([FRAME_END])]);
}

/** "I take no messages at the moment." */
export const blockedFrame = (reason: string): Buffer => methodFrame(0, [10, 60], short(reason));
/** "I take messages again." */
export const unblockedFrame = (): Buffer => methodFrame(0, [10, 61]);
/** "This consumer has ended", to the client, who does not answer; or "end this consumer", to the broker, who does. */
export const cancelFrame = (channel: number, consumerTag: string, answers: boolean): Buffer =>
  methodFrame(channel, [60, 30], short(consumerTag), Buffer.from([answers ? 0 : 1]));

/** Which queue a `basic.consume` asks for, and under which tag. */
export function consumeIn({ bytes }: AmqpFrame): { readonly queue: string; readonly consumerTag: string } {
  const queueAt = HEAD + 4 + 2;
  const queueLength = bytes.readUInt8(queueAt);
  const tagAt = queueAt + 1 + queueLength;
  return {
    queue: bytes.toString('utf8', queueAt + 1, tagAt),
    consumerTag: bytes.toString('utf8', tagAt + 1, tagAt + 1 + bytes.readUInt8(tagAt)),
  };
}

/** The consumer tag of a `basic.cancel-ok`. */
export const tagIn = ({ bytes }: AmqpFrame): string => bytes.toString('utf8', HEAD + 5, HEAD + 5 + bytes.readUInt8(HEAD + 4));
