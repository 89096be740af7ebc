import type { IStore } from './store.ts';

/** The store of one bus, as units of work and the relay see it. */
export interface BusStore {
  readonly store: IStore;
  /** Whose rows and keys they are: the name of the bus, with its namespace. */
  readonly scope: string;
  /** Rows were committed in this process: they need not wait for the next look into the outbox. Never throws. */
  readonly wakeRelay: () => void;
}
