import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { SendOutcome, TransportEntry } from './transport-message.ts';

/**
 * The place where replies to the requests of this process arrive: at most once, unsettled. A reply that nobody waits for
 * is dropped and counted by core.
 */
export interface IReplyInbox {
  /** What goes into `waybill-reply-to`. The transport recognises its own addresses and refuses all others. */
  readonly address: string;
  /** Sends requests. They leave here, and not by the transport's `send`, because some brokers tie replies to a channel. */
  send(entries: readonly TransportEntry[], options: { readonly signal?: AbortSignal }): MaybePromise<readonly SendOutcome[]>;
  /** Gives the place back. Replies that come later are dropped. A second call is a no-op. */
  close(): Promise<void>;
}
