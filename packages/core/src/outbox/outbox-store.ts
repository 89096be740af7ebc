import type { StoreNow } from '../persistence/store-clock.ts';
import type { TransportEntry } from '../transport/transport-message.ts';

/** A message in the outbox. */
export interface OutboxRow {
  /** Order of storing; order of sending within one partition key. */
  readonly sequence: string;
  readonly entry: TransportEntry;
  /** How often sending it was tried. */
  readonly attempts: number;
}

/** A relay's time-limited right to send some rows. */
export interface OutboxLease {
  /** Fences: a relay that lost its lease can mark nothing. */
  readonly token: string;
  readonly rows: readonly OutboxRow[];
}

/** Outgoing messages, stored in the same transaction as the business data. */
export interface IOutboxStore<Tx = unknown> {
  /** Stores entries in the given order, in the caller's transaction. An entry with `notBefore` waits for its time. */
  add(tx: Tx, entries: readonly TransportEntry[]): Promise<void>;
  /**
   * Leases up to `limit` due rows to `owner` for `leaseMs`. Rows of one partition key go to one owner at a time, oldest
   * first; a held row holds its key. No due row is ever passed over, however late its transaction committed.
   */
  lease(options: {
    readonly owner: string;
    readonly limit: number;
    readonly leaseMs: number;
    readonly now: StoreNow;
  }): Promise<OutboxLease>;
  /** Removes rows that the transport accepted. Rows whose lease was lost are left alone. Returns how many were removed. */
  markSent(token: string, sequences: readonly string[]): Promise<number>;
  /** Gives a row back: it is tried again after `retryAfterMs`, or held for an operator when that is `undefined`. */
  markFailed(
    token: string,
    sequence: string,
    options: { readonly reason: string; readonly retryAfterMs: number | undefined; readonly now: StoreNow },
  ): Promise<void>;
  /** Rows that an operator must decide on, oldest first. */
  held(options: { readonly after?: string; readonly limit: number }): Promise<readonly (OutboxRow & { readonly reason: string })[]>;
  /** Decides on a held row: try again, set aside so that its key goes on, or remove for good. */
  decide(sequence: string, decision: 'retry' | 'park' | 'discard'): Promise<boolean>;
}
