import type { IStore } from '@waybill/core/persistence';
import type { CaseTimes } from '../case-run.ts';

/** Rows of a table that is the application's own, written in the transactions of the store. */
export interface BusinessData<Tx> {
  /** Writes a row; waits while another transaction that has not ended has written the same. */
  set(tx: Tx, key: string, value: string): Promise<void>;
  get(tx: Tx, key: string): Promise<string | undefined>;
  /** Runs a statement that the database refuses; rejects with what the database says. */
  fail(tx: Tx): Promise<never>;
}

/** What can go wrong with the database. Each member that is missing makes its cases `not offered`. */
export interface StoreFaults<Tx> {
  /** Breaks the connection of an open transaction. */
  breakConnection?(tx: Tx): Promise<void>;
  /** The next COMMIT gets no answer, whether it is stored or not. */
  loseCommit?(isStored: boolean): Promise<void>;
  /** No statement gets through until the returned function was called. */
  goAway?(): Promise<() => Promise<void>>;
}

/** What an author supplies to run the suite against a store. */
export interface StoreHarness<Tx = unknown> extends CaseTimes {
  /**
   * A new store, not open. All stores of one harness reach the same data, as processes reach one database; cases keep apart by scopes
   * and keys of their own. It can run at least eight transactions at once, unless it says `oneAtATime`.
   */
  create(): IStore<Tx>;
  readonly data: BusinessData<Tx>;
  /** True where `onAdded` hears of what other stores commit. @default false */
  readonly tellsOthers?: boolean;
  /**
   * True where a transaction begins, and all else happens, only when the transaction before it has ended, as on a single connection. Then
   * what needs another one at its side is `not offered`, and that they follow each other is held to. @default false
   */
  readonly oneAtATime?: boolean;
  /** How many statements all stores of the harness have sent until now; BEGIN, COMMIT, ROLLBACK and those of `data` do not count. @default not asked */
  statements?(): number;
  /** @default none: cases that need a fault are `not offered` */
  readonly faults?: StoreFaults<Tx>;
  /** What is open at the database at this moment: connections, one text each. @default not asked */
  leftovers?(): readonly string[];
}
