import type { Socket } from 'node:net';
import type { Fields, PeerFrame } from './amqp-codec.ts';
import { FrameReader, bodyFrame, headerFrame, methodFrame } from './amqp-codec.ts';

/** A message, as the peer keeps it. */
export interface PeerMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Fields;
  readonly body: Buffer;
  readonly mandatory: boolean;
  readonly redelivered: boolean;
}

/** What a channel of a link has. */
export interface PeerChannel {
  /** The tag of the last publish; `undefined` while there are no confirms. */
  published: number | undefined;
  /** The tag of the last delivery. */
  delivered: number;
  readonly unacked: Map<number, { readonly queue: string; readonly message: PeerMessage }>;
}

/** One connection of a client to the peer: writes to it what it is told. */
export class PeerLink {
  readonly channels = new Map<number, PeerChannel>();
  readonly #socket: Socket;
  /** Puts what is written where it is wanted: a script that breaks bytes stands here. */
  #write: (bytes: Buffer) => void;

  constructor(socket: Socket, onFrame: (frame: PeerFrame, link: PeerLink) => void, onClose: (link: PeerLink) => void) {
    const reader = new FrameReader();
    this.#socket = socket;
    this.#write = (bytes) => void socket.write(bytes);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      for (const frame of reader.read(bytes)) onFrame(frame, this);
    });
    socket.on('close', () => onClose(this));
  }

  /** From now on all bytes go through there. */
  through(change: (bytes: Buffer, write: (bytes: Buffer) => void) => void): void {
    this.#write = (bytes) => change(bytes, (changed) => void this.#socket.write(changed));
  }

  /** Writes bytes as they are. */
  write(bytes: Buffer | string): void {
    if (this.#socket.writable) this.#write(Buffer.from(bytes as string, 'latin1'));
  }

  /** Sends a method. */
  send(name: string, channel: number, fields: Fields = {}): void {
    this.write(methodFrame(name, channel, fields));
  }

  /** Sends a method with content, in one write. */
  sendContent(name: string, channel: number, fields: Fields, { properties, body }: Pick<PeerMessage, 'properties' | 'body'>): void {
    const parts = [methodFrame(name, channel, fields), headerFrame(channel, body.length, properties)];
    if (body.length > 0) parts.push(bodyFrame(channel, body));
    this.write(Buffer.concat(parts));
  }

  /** Ends a channel as a broker does. The class and the method are those that caused it: 60 and 40 is a publish. */
  closeChannel(channel: number, replyCode: number, replyText: string, [classId, methodId]: readonly [number, number] = [60, 40]): void {
    this.send('ChannelClose', channel, { replyCode, replyText, classId, methodId });
  }

  /** Ends the connection as a broker does. */
  closeConnection(replyCode: number, replyText: string): void {
    this.send('ConnectionClose', 0, { replyCode, replyText, classId: 0, methodId: 0 });
  }

  /** Says no more. */
  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }
}
