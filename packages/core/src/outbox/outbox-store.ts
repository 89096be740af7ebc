import type { StoreNow } from '../persistence/store-clock.ts';
import type { TransportEntry } from '../transport/transport-message.ts';

/** A message on its way into the outbox. */
export interface OutboxEntry {
  readonly entry: TransportEntry;
  /** Not to be handed to the transport before this time; epoch milliseconds. For delays that the transport cannot keep. @default at once */
  readonly dueAt?: number | undefined;
}

/** A message in the outbox. */
export interface OutboxRow {
  /** Order of storing; order of sending within one partition key. Only the store compares it. */
  readonly sequence: string;
  readonly entry: TransportEntry;
  /** How often sending it has failed. */
  readonly attempts: number;
}

/** A row that an operator must decide on. */
export interface HeldRow extends OutboxRow {
  /** When it was stored; epoch milliseconds of the store's clock. */
  readonly addedAt: number;
  readonly reason: string;
  /** `held` keeps back the later rows of its partition key; `parked` does not. */
  readonly state: 'held' | 'parked';
}

/** Who relays: the rows of one scope, in the name of one relay. */
export interface RelayIdentity {
  /** The service whose rows these are: its bus' name, with the namespace. Relays never see the rows of another scope. */
  readonly scope: string;
  /** Unique to one life of one relay: a relay that let its lease run out takes a new one. It is the fence. */
  readonly relay: string;
  readonly now: StoreNow;
}

/** Options of {@link IOutboxStore.lease}. */
export interface LeaseOptions extends RelayIdentity {
  readonly leaseMs: number;
  /** At most so many rows; 0 only takes part and renews. */
  readonly limit: number;
  /** At most so many bytes of bodies; the first row comes however large it is. */
  readonly maxBytes: number;
  /** Rows that are under way already: they are not given again. */
  readonly except: readonly string[];
  /** True while nothing is under way: what is more than this relay's share may go to others. */
  readonly mayShrink: boolean;
}

/** A relay's time-limited right to send some rows. */
export interface OutboxLease {
  /** Due rows in the order of storing, whose partition keys belong to this relay alone for `remainingMs`. */
  readonly rows: readonly OutboxRow[];
  /** How long the right lasts, from the moment at which the store was asked. 0 when this relay has no share yet. */
  readonly remainingMs: number;
  /** Of how many parts of the outbox this relay has which number; for people. */
  readonly slots: { readonly own: number; readonly all: number };
  /**
   * How long until the next row of its share is due, where one waits for its time or for another try; 0 where rows were
   * given, and there may be more. @default none waits
   */
  readonly nextDueMs?: number | undefined;
}

/** What became of a row that the transport did not take. */
export interface SendFailure {
  readonly sequence: string;
  /** For people; at most 1,000 characters are kept. */
  readonly reason: string;
  /** It is tried again after so long; `undefined` holds it for an operator. */
  readonly retryAfterMs: number | undefined;
}

/** How full the outbox of a scope is. */
export interface OutboxStatus {
  /** Rows to be sent that are due, those behind a held one and those that wait for another try included. */
  readonly waiting: number;
  /** Rows that wait for their time. */
  readonly delayed: number;
  /** Rows that an operator must decide on. */
  readonly held: number;
  /** How long the oldest of `waiting` has been due; 0 without one. */
  readonly oldestMs: number;
}

/** Options of {@link IOutboxStore.held}. */
export interface HeldOptions {
  readonly scope: string;
  /** Only those after this sequence. @default from the first */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * Outgoing messages, stored in the same transaction as the business data. Every row has a scope, which is the service's, and a
 * slot: the same for all rows of one partition key, and for all rows of one `add` without a key. A slot belongs to one relay at
 * a time, by a lease in the store. `add` is for the caller's transaction; all else runs in short ones of the store's own.
 */
export interface IOutboxStore<Tx = unknown> {
  /**
   * Stores entries in the given order, in the caller's transaction, by one statement. When it commits, the listeners of `onAdded` are told.
   * @throws what the database says; then the transaction cannot commit
   */
  add(tx: Tx, scope: string, entries: readonly OutboxEntry[]): Promise<void>;
  /**
   * Takes part or renews, and reads, by one statement, and by up to three where there is something to share, or nothing more to read. Slots are shared evenly between the relays of the scope; those of a relay
   * that has not come back within its lease go to the others. Within a partition key oldest first, but that what was delayed comes by its time; a row that is held or waits for
   * another try keeps back the later rows of its key. Rows are found by their state: none is passed over, however late it was committed.
   */
  lease(options: LeaseOptions): Promise<OutboxLease>;
  /** Gives all slots of a relay up, at once. */
  leave(relay: RelayIdentity): Promise<void>;
  /** Removes rows that the transport accepted; those whose slot is not the relay's any more are left alone. Returns how many were removed. */
  markSent(relay: RelayIdentity, sequences: readonly string[]): Promise<number>;
  /** Gives rows back, by one statement; those whose slot is not the relay's any more are left alone. Returns how many were marked. */
  markFailed(relay: RelayIdentity, failures: readonly SendFailure[]): Promise<number>;
  status(options: { readonly scope: string; readonly now: StoreNow }): Promise<OutboxStatus>;
  /** Rows that an operator must decide on, in the order of storing. */
  held(options: HeldOptions): Promise<readonly HeldRow[]>;
  /**
   * Decides on a held row: try again with `attempts` from 0; park, so that its key goes on; or remove for good.
   * False where there is no such row.
   */
  decide(scope: string, sequence: string, decision: 'retry' | 'park' | 'discard'): Promise<boolean>;
  /**
   * Calls the listener when rows of the scope may have been committed, by whatever process, where the store can tell; never before
   * the commit. A hint: calls may be missing or too many. Returns what ends it.
   */
  onAdded(scope: string, listener: () => void): () => void;
}
