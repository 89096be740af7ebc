import type { StoreNow } from '../persistence/store-clock.ts';

/** What makes two arrivals the same work: one message, handled by one handler of one endpoint. */
export interface InboxKey {
  readonly endpoint: string;
  readonly handlerId: string;
  readonly messageId: string;
}

/** What `claim` found: the work is new, or it was completed before. */
export type InboxClaim = 'new' | 'completed';

/** The record of handled messages. All in the caller's transaction. */
export interface IInboxStore<Tx = unknown> {
  /**
   * Inserts the key first and never checks before: a second transaction with the same key waits until the first ends,
   * then gets `completed` when it committed and `new` when it rolled back.
   */
  claim(tx: Tx, key: InboxKey): Promise<InboxClaim>;
  /** Marks the claimed key as done at `now`. It takes effect with the transaction's commit. */
  complete(tx: Tx, key: InboxKey, options: { readonly now: StoreNow }): Promise<void>;
  /** Removes keys that were completed more than `olderThanMs` before `now`, at most `limit`. Returns how many. */
  prune(tx: Tx, options: { readonly olderThanMs: number; readonly limit: number; readonly now: StoreNow }): Promise<number>;
}
