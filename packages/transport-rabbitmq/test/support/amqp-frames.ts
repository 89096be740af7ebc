const HEAD = 7;
const END = 1;
const METHOD_FRAME = 1;

/** One frame of AMQP 0-9-1, with the bytes that it is made of. */
export interface AmqpFrame {
  readonly bytes: Buffer;
  /** Class and method as one number, `class * 1000 + method`; `undefined` for content and heartbeats. */
  readonly method: number | undefined;
}

/** The broker says that it has a message. */
export const BASIC_ACK = 60_080;

/** Cuts a stream of bytes into frames. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete with these bytes. */
  cut(bytes: Buffer): readonly AmqpFrame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: AmqpFrame[] = [];
    while (this.#rest.length >= HEAD) {
      const length = HEAD + this.#rest.readUInt32BE(3) + END;
      if (this.#rest.length < length) break;
      frames.push(frameOf(this.#rest.subarray(0, length)));
      this.#rest = this.#rest.subarray(length);
    }
    return frames;
  }
}

function frameOf(bytes: Buffer): AmqpFrame {
  const isMethod = bytes[0] === METHOD_FRAME && bytes.length >= HEAD + 4;
  return { bytes, method: isMethod ? bytes.readUInt16BE(HEAD) * 1_000 + bytes.readUInt16BE(HEAD + 2) : undefined };
}
