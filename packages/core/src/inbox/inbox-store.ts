import type { StoreNow } from '../persistence/store-clock.ts';

/** What makes two arrivals the same work: one idempotency key, at one handler of one endpoint of one service. */
export interface InboxKey {
  /** The service: its bus' name, with the namespace. */
  readonly scope: string;
  readonly endpoint: string;
  readonly handlerId: string;
  /** By default the message id. At most 256 characters. */
  readonly idempotencyKey: string;
}

/** What `claim` found: the work is new, or it was completed before, with what was kept of its response. */
export type InboxClaim = { readonly status: 'new' } | { readonly status: 'completed'; readonly response: Uint8Array | undefined };

/** The record of handled messages. */
export interface IInboxStore<Tx = unknown> {
  /**
   * Inserts the key, in the caller's transaction and by one statement, and never checks before: a second transaction with the same
   * key waits until the first ends, then gets `completed` when it committed and `new` when it rolled back. The key is complete with
   * the transaction's commit; nothing more is to be written. Where isolation is stricter than READ COMMITTED the second may
   * instead fail with a serialization failure.
   */
  claim(tx: Tx, key: InboxKey, options: { readonly now: StoreNow }): Promise<InboxClaim>;
  /** Keeps a response with the key that this transaction has claimed: whoever comes again with the key gets it. */
  keepResponse(tx: Tx, key: InboxKey, response: Uint8Array): Promise<void>;
  /**
   * Removes keys of the scope that were claimed more than `olderThanMs` before `now`, at most `limit`, in a short transaction of its
   * own that waits for nobody. Returns how many; fewer than `limit` says that no more are to be had.
   */
  prune(options: { readonly scope: string; readonly olderThanMs: number; readonly limit: number; readonly now: StoreNow }): Promise<number>;
}
