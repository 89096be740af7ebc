import type { IInboxStore } from '../inbox/inbox-store.ts';
import type { IOutboxStore } from '../outbox/outbox-store.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** How strictly transactions are kept apart. READ COMMITTED is enough for everything that Waybill does. */
export type Isolation = 'read-committed' | 'repeatable-read' | 'serializable';

/** Options of {@link IStore.transact}. */
export interface TransactOptions {
  /** @default 'read-committed' */
  readonly isolation?: Isolation;
  /**
   * Gives up: rolls back and rejects with the signal's reason. `work` may still run then: nothing that it still does by `tx` may reach
   * another transaction. After COMMIT was sent it means nothing.
   */
  readonly signal?: AbortSignal;
}

/** Names a power that a store may have beside outbox and inbox: sagas, schedules, jobs. Made once by the package that owns the power. */
export interface FacetKey<Facet> {
  readonly name: string;
  /** Types only: never present at run time. */
  readonly '~facet'?: Facet;
}

/** What a store may do to its tables: make and upgrade them; refuse to open when they differ; look at nothing. */
export type StoreProvisioning = 'apply' | 'validate' | 'assume';

/** Options of {@link IStore.open}. */
export interface StoreOpenOptions {
  readonly runtime: Runtime;
  readonly provisioning: StoreProvisioning;
  /** Gives up: nothing stays open. */
  readonly signal?: AbortSignal;
}

/**
 * One database, one object: everything that a unit of work writes goes through one store and one transaction.
 * Two stores in one unit of work do not exist. Several buses may share one.
 *
 * What `claim`, `keepResponse` and `add` reject with in a unit of work is laid to the database: the unit is run again without counting. Only
 * a BusError other than `STORE_UNAVAILABLE`, a TypeError, a RangeError, and the codes of SQL for values that are not taken (classes 22 and 54)
 * and for transactions that were spoiled before (25P02, 25P03, 25P04), there or in a `cause`, are laid to the message and its handler.
 */
export interface IStore<Tx = unknown> {
  /** A short lower-case name for people, logs and telemetry. */
  readonly name: string;
  /** False where all that it holds ends with the process. */
  readonly durable: boolean;
  /**
   * Connects and provisions its tables, in bounded time. Each open is paired with one `close`; what the first opened serves all.
   * @throws StoreError `STORE_UNAVAILABLE`; ConfigurationError `STORE_SCHEMA_DIFFERS` where tables are missing, older or newer and may not be changed
   */
  open(options: StoreOpenOptions): Promise<void>;
  /** Gives back what the store itself has opened; a pool that was handed to it stays open. Resolves in bounded time; never rejects. */
  close(): Promise<void>;
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back and passes the error on when it rejects.
   * Transactions do not nest. `work` is run once. A connection that broke in the middle is not used again.
   * @throws StoreError `STORE_UNAVAILABLE` when there is no connection in bounded time, or it broke before COMMIT: rolled back;
   * `TRANSACTION_CONFLICT` after a deadlock or a serialization failure, also where `work` has wrapped it: rolled back, and may be run again;
   * `TRANSACTION_OUTCOME_UNKNOWN` when COMMIT got no answer
   */
  transact<Result>(work: (tx: Tx) => Promise<Result>, options?: TransactOptions): Promise<Result>;
  /** True in the asynchronous context of an open transaction of this database, as far as it can be told. For warnings in development only. */
  inTransaction(): boolean;
  readonly outbox: IOutboxStore<Tx>;
  readonly inbox: IInboxStore<Tx>;
  /** A further power of the store, or `undefined` when it has none of that name. Every method of a facet takes the `tx` first. */
  facet<Facet>(key: FacetKey<Facet>): Facet | undefined;
}
