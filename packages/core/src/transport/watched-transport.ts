import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { IMessageTransport } from './message-transport.ts';
import type { IReplyInbox } from './reply-inbox.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from './transport-message.ts';

/** What is told of entries that are sent. It must not throw. */
export interface SendWatch {
  /** Entries are handed to the transport by themselves, not with an ack. */
  sending(entries: readonly TransportEntry[]): void;
  /** The same entries have their outcomes, after `durationMs`. There may be too few of these: of the others nobody knows. */
  sent(entries: readonly TransportEntry[], outcomes: readonly SendOutcome[], durationMs: number): void;
}

/** The part of a transport that sends and asks. */
export type SendingTransport = Pick<IMessageTransport, 'capabilities' | 'send' | 'replies'>;

/** Tells a watch of every entry that a transport and its reply inboxes send, as the caller sees its outcome. */
export function watchSends(transport: SendingTransport, watch: SendWatch, runtime: Pick<Runtime, 'monotonic'>): SendingTransport {
  return {
    capabilities: transport.capabilities,
    send: watched((entries, options) => transport.send(entries, options), watch, runtime),
    replies: async (onReply: (message: TransportMessage) => void): Promise<IReplyInbox> => {
      const inbox = await transport.replies(onReply);
      return {
        address: inbox.address,
        send: watched((entries, options) => inbox.send(entries, options), watch, runtime),
        close: () => inbox.close(),
      };
    },
  };
}

type Send = IMessageTransport['send'];

function watched(send: Send, watch: SendWatch, runtime: Pick<Runtime, 'monotonic'>): Send {
  const tell = (entries: readonly TransportEntry[], outcomes: readonly SendOutcome[], began: number): void => {
    watch.sent(entries, outcomes, runtime.monotonic() - began);
  };
  const failed = (entries: readonly TransportEntry[], error: unknown, began: number): never => {
    tell(
      entries,
      entries.map(() => ({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause: error })),
      began,
    );
    throw error;
  };
  const tellLater = async (
    entries: readonly TransportEntry[],
    sending: Promise<readonly SendOutcome[]>,
    began: number,
  ): Promise<readonly SendOutcome[]> => {
    try {
      const outcomes = await sending;
      tell(entries, outcomes, began);
      return outcomes;
    } catch (error) {
      return failed(entries, error, began);
    }
  };
  return (entries, options) => {
    const began = runtime.monotonic();
    watch.sending(entries);
    let outcomes: MaybePromise<readonly SendOutcome[]>;
    try {
      outcomes = send(entries, options);
    } catch (error) {
      return failed(entries, error, began);
    }
    if (isPromise(outcomes)) return tellLater(entries, outcomes, began);
    tell(entries, outcomes, began);
    return outcomes;
  };
}
