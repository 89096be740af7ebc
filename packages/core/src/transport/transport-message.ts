/**
 * A message as it crosses the transport port: headers and bytes, nothing typed. The bytes are the body exactly as the
 * sender's serializer made them; whoever gets them must not change them.
 */
export interface TransportMessage {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Where an entry goes. `reply` addresses come from an {@link IReplyInbox}; their form is the transport's own. */
export type Destination =
  | { readonly kind: 'endpoint'; readonly name: string }
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'reply'; readonly address: string };

/** One message on its way out. */
export interface TransportEntry extends TransportMessage {
  readonly destination: Destination;
  /** Entries of one destination and one key are accepted, and in lanes handled, in the order given. */
  readonly partitionKey?: string | undefined;
  /** Not to be delivered before this time; epoch milliseconds. Needs the capability `delay`. */
  readonly notBefore?: number | undefined;
  /** Of no use after this time; epoch milliseconds. Where the broker has no `ttl`, core checks it on receive. */
  readonly expiresAt?: number | undefined;
  /** 0 (lowest, default) to 9. Needs the capability `priority`. */
  readonly priority?: number | undefined;
  /**
   * Given for a deliberate second copy of a message id, such as a return from the dead letters: where the broker drops
   * duplicates, the copy's native id is `<message id>/<copy>`.
   */
  readonly copy?: string | undefined;
  /** True when nobody writes to `headers` or `body` after the call: a transport that keeps them in this process may then do without copies. */
  readonly immutable?: boolean | undefined;
}

/** Why a transport refused an entry. */
export type RejectionCode =
  | 'UNROUTABLE'
  | 'MESSAGE_TOO_LARGE'
  | 'HEADERS_TOO_LARGE'
  | 'HEADER_NOT_ALLOWED'
  | 'LANE_BLOCKED'
  | 'SEND_REJECTED';

/** What became of one entry. */
export type SendOutcome =
  /** The message is stored as durably as the transport's table says. `token` cancels a delayed one, where `delay.cancel`. */
  | { readonly status: 'accepted'; readonly nativeId: string; readonly token?: string }
  /**
   * The message is not stored. `retryable` says whether the same entry may be accepted later. `heldBack` is set by the guard around the transport where
   * there was no room for it: nobody was asked, so that it says nothing of the message.
   */
  | {
      readonly status: 'rejected';
      readonly code: RejectionCode;
      readonly retryable: boolean;
      readonly cause?: unknown;
      readonly heldBack?: true;
    }
  /** No answer: the message may or may not be stored. Sending it again with the same message id is safe where an inbox stands. */
  | { readonly status: 'unknown'; readonly cause?: unknown };

/** What became of an entry of which the transport said nothing. */
export const UNANSWERED: SendOutcome = Object.freeze({ status: 'unknown' });
