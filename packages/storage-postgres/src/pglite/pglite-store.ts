import { assertOptions, systemRuntime } from '@waybill/core/transport';
import type { BackgroundDatabase, SqlRow, SqlValue } from '../database.ts';
import { MapperTransactions } from '../mapper-transactions.ts';
import { type PostgresStore, StoreOnPostgres } from '../postgres-store.ts';

/** What we use of a transaction of PGlite. */
export interface PgliteTransaction {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What we use of a `PGlite`. */
export interface PgliteDatabase<Tx extends PgliteTransaction> {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  listen(channel: string, onNotification: (payload: string) => void): Promise<() => Promise<void>>;
}

/** Options of `pglite`. */
export interface PgliteOptions {
  /** Where the tables are. @default 'waybill' */
  readonly schema?: string;
}

/** How long a transaction waits for those before it: PGlite runs one at a time. */
const ACQUIRE_TIMEOUT_MS = 10_000;

/**
 * A store in a PGlite: PostgreSQL inside this process, for tests, tools and demonstrations. It runs one transaction at a time: a handler
 * that waits for another's deadlocks with it, until `transact` gives up.
 */
export function pglite<Tx extends PgliteTransaction>(db: PgliteDatabase<Tx>, options: PgliteOptions = {}): PostgresStore<Tx> {
  assertOptions('`pglite`', options, ['schema'] satisfies readonly (keyof PgliteOptions)[]);
  const transactions = new MapperTransactions<Tx>({
    transact: (work, isolation) =>
      db.transaction(async (tx) => {
        await tx.query(`set transaction isolation level ${isolation}`);
        return work(tx);
      }),
    query: rowsOf,
  });
  return new StoreOnPostgres<Tx>({
    schema: options.schema ?? 'waybill',
    notify: true,
    acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
    transactions,
    background: backgroundOf(db),
    runtime: systemRuntime(),
  });
}

function backgroundOf<Tx extends PgliteTransaction>(db: PgliteDatabase<Tx>): BackgroundDatabase {
  return {
    query: (text, values) => rowsOf(db, text, values),
    transact: (work) => db.transaction((tx) => work((text, values) => rowsOf(tx, text, values))),
    listen: (channel, listener) => {
      const listening = db.listen(`"${channel}"`, (payload) => listener.onNotification(payload));
      listening.then(
        () => listener.onListening(),
        () => {}, // the relay polls
      );
      return () => void listening.then((end) => end()).catch(() => {});
    },
    close: async () => {},
  };
}

async function rowsOf(db: PgliteTransaction, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
  const { rows } = await db.query(text, [...values]);
  return rows as readonly SqlRow[];
}
