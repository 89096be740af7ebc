import type { IStore } from '@waybill/core/persistence';
import type { ServerControl } from '@waybill/fault-kit';
import type { Pool, PoolClient } from 'pg';

/** What a process needs to connect. */
export interface StoreOptions {
  readonly url: string;
  /** Such as `producer-1.3`. */
  readonly name: string;
}

/** How a process sees the database: the store of its bus, and the pool of its own SQL. */
export interface ConnectedStore {
  readonly store: IStore<PoolClient>;
  readonly pool: Pool;
}

/** One store: a file beside this one, and a line in `stores.ts`. */
export interface ChaosStore {
  readonly connect: (options: StoreOptions) => ConnectedStore;
  /** Starts a database of our own, for us to break. */
  readonly startDatabase: () => Promise<ChaosDatabase>;
}

/** A database of our own. */
export interface ChaosDatabase extends AsyncDisposable {
  readonly control: ServerControl;
  /** Such as `PostgreSQL 15.20`. */
  readonly title: string;
  readonly url: string;
  /** The ways in which it is ended, beside a kill, by the names of these faults. */
  readonly ends: Readonly<Record<string, () => Promise<void>>>;
  /** Makes the tables of the load, and opens the outbox for `left`. */
  readonly prepare: () => Promise<void>;
  /** How many rows the outbox holds, by their state. */
  readonly left: () => Promise<ReadonlyMap<string, number>>;
  /** Ends the connections of all its clients. Tells how many there were. */
  readonly closeSessions: () => Promise<number>;
}
