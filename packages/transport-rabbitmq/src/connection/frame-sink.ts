import type { AmqpChannel } from '../rabbitmq-client.ts';

/** Takes the frames of one channel as bytes, past the client. */
export interface FrameSink {
  /** The number of the channel. */
  readonly channel: number;
  /** The most bytes of a frame. */
  readonly frameMax: number;
  /** True until the client closes the channel or its connection. From then on only its own `publish` is called, which says why. */
  readonly isOpen: () => boolean;
  /** Writes to the socket now: whole frames, before all that the client itself has kept for a later turn. */
  readonly write: (pieces: readonly Uint8Array[]) => void;
}

/** What the client has below its `publish`. Not a part of what it documents. */
interface InnerChannel {
  readonly ch: number;
  /** Another function once the channel is closed, or about to be. */
  readonly sendMessage: unknown;
  readonly connection: {
    readonly frameMax: number;
    /** Another function once the connection is closed, or about to be. */
    readonly sendMessage: unknown;
    readonly stream: { readonly writable: boolean; cork(): void; uncork(): void; write(bytes: Uint8Array): boolean };
  };
}

/**
 * The client makes four buffers for a message, copies it twice and hands it over by two streams, which costs more than all else that
 * is done for it. `undefined` where the client has nothing of that below its `publish` any more: then that is called.
 */
export function frameSinkOf(given: AmqpChannel): FrameSink | undefined {
  const channel = given as unknown as InnerChannel;
  if (!isKnown(channel)) return undefined;
  const { connection, sendMessage, ch } = channel;
  const { stream, frameMax, sendMessage: sendByConnection } = connection;
  return {
    channel: ch,
    frameMax,
    isOpen: () => channel.sendMessage === sendMessage && connection.sendMessage === sendByConnection && stream.writable,
    write: (pieces) => {
      stream.cork();
      for (const piece of pieces) stream.write(piece);
      stream.uncork();
    },
  };
}

function isKnown({ ch, sendMessage, connection }: Partial<InnerChannel>): boolean {
  if (typeof ch !== 'number' || typeof sendMessage !== 'function' || typeof connection?.sendMessage !== 'function') return false;
  const { stream, frameMax } = connection as Partial<InnerChannel['connection']>;
  return typeof frameMax === 'number' && typeof stream?.write === 'function' && typeof stream.cork === 'function';
}
