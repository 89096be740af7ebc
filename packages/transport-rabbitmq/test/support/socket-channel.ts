import { EventEmitter } from 'node:events';
import { IllegalOperationError } from 'amqplib';
import { FrameReader } from './peer/amqp-codec.ts';

/** What the client has, above its socket. Counts the writes that leave together as one. */
class Socket {
  writable = true;
  readonly written: string[][] = [];
  readonly #reader = new FrameReader();
  #held: Uint8Array[] = [];

  cork(): void {
    this.#held = [];
  }

  write(bytes: Uint8Array): boolean {
    return this.#held.push(bytes) > 0;
  }

  uncork(): void {
    const frames = this.#reader.read(Buffer.concat(this.#held));
    this.written.push(frames.filter(({ name }) => name === 'Body').map(({ content }) => content.toString()));
  }
}

/** A channel over a socket, with what the client has below its `publish`; that throws, as it does when the channel is closed. */
export class SocketChannel extends EventEmitter {
  readonly ch = 1;
  readonly socket = new Socket();
  readonly connection = { frameMax: 4_096, sendMessage: (): boolean => true, stream: this.socket };

  sendMessage = (): boolean => true;

  publish(): boolean {
    throw new IllegalOperationError('Channel closing', '');
  }
}
