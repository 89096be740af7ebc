import type { IInboxStore } from '../inbox/inbox-store.ts';
import type { IOutboxStore } from '../outbox/outbox-store.ts';

/** How strictly transactions are kept apart. READ COMMITTED is enough for everything that Waybill does. */
export type Isolation = 'read-committed' | 'repeatable-read' | 'serializable';

/** Options of {@link IStore.transact}. */
export interface TransactOptions {
  /** @default 'read-committed' */
  readonly isolation?: Isolation;
  /** Gives up: rolls back and rejects with the signal's reason. After COMMIT was sent it means nothing. */
  readonly signal?: AbortSignal;
}

/** Names a power that a store may have beside outbox and inbox: sagas, schedules, jobs. Made once by the package that owns the power. */
export interface FacetKey<Facet> {
  readonly name: string;
  /** Types only: never present at run time. */
  readonly '~facet'?: Facet;
}

/**
 * One database, one object: everything that a unit of work writes goes through one store and one transaction.
 * Two stores in one unit of work do not exist.
 */
export interface IStore<Tx = unknown> {
  /** A short lower-case name for people, logs and telemetry. */
  readonly name: string;
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back and passes the error on when it rejects.
   * Transactions do not nest. When COMMIT gets no answer it rejects with `TRANSACTION_OUTCOME_UNKNOWN`.
   */
  transact<Result>(work: (tx: Tx) => Promise<Result>, options?: TransactOptions): Promise<Result>;
  readonly outbox: IOutboxStore<Tx>;
  readonly inbox: IInboxStore<Tx>;
  /** A further power of the store, or `undefined` when it has none of that name. Every method of a facet takes the `tx` first. */
  facet<Facet>(key: FacetKey<Facet>): Facet | undefined;
}
