import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { IMessageTransport, SendCallOptions } from './message-transport.ts';
import type { IReplyInbox } from './reply-inbox.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from './transport-message.ts';

/** What is told of entries that are sent. It must not throw. */
export interface SendWatch {
  /** An entry is handed to the transport by itself, not with an ack. */
  sending(entry: TransportEntry): void;
  /** It has its outcome, after `durationMs`. */
  sent(entry: TransportEntry, outcome: SendOutcome, durationMs: number): void;
}

/** The part of a transport that sends and asks. */
export type SendingTransport = Pick<IMessageTransport, 'capabilities' | 'send' | 'replies'>;

/** Tells a watch of every entry that a transport and its reply inboxes send, as the caller sees its outcome. */
export function watchSends(transport: SendingTransport, watch: SendWatch, runtime: Pick<Runtime, 'monotonic'>): SendingTransport {
  return {
    capabilities: transport.capabilities,
    send: (entries, options) => watched(() => transport.send(entries, options), entries, watch, runtime),
    replies: async (onReply: (message: TransportMessage) => void): Promise<IReplyInbox> => {
      const inbox = await transport.replies(onReply);
      return {
        address: inbox.address,
        send: (entries, options: SendCallOptions) => watched(() => inbox.send(entries, options), entries, watch, runtime),
        close: () => inbox.close(),
      };
    },
  };
}

function watched(
  send: () => MaybePromise<readonly SendOutcome[]>,
  entries: readonly TransportEntry[],
  watch: SendWatch,
  runtime: Pick<Runtime, 'monotonic'>,
): MaybePromise<readonly SendOutcome[]> {
  const began = runtime.monotonic();
  for (const entry of entries) watch.sending(entry);
  const done = (outcomes: readonly SendOutcome[]): readonly SendOutcome[] => {
    const durationMs = runtime.monotonic() - began;
    for (const [index, entry] of entries.entries()) watch.sent(entry, outcomes[index] ?? { status: 'unknown' }, durationMs);
    return outcomes;
  };
  const failed = (error: unknown): never => {
    done(entries.map(() => ({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause: error })));
    throw error;
  };
  try {
    const sending = send();
    return isPromise(sending) ? sending.then(done, failed) : done(sending);
  } catch (error) {
    return failed(error);
  }
}
