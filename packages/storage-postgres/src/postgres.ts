import { systemRuntime } from '@waybill/core/transport';
import type { PostgresTransactions } from './database.ts';
import { backgroundPoolOf } from './pg/background-pool.ts';
import type { PgConnection, PgPool } from './pg/pg-client.ts';
import { HeldConnections } from './pg/held-connections.ts';
import { PgBackground } from './pg/pg-background.ts';
import { PgTransactions } from './pg/pg-transactions.ts';
import { watchPool } from './pg/watch-pool.ts';
import { type PostgresOptions, resolvePostgresOptions } from './postgres-options.ts';
import { type PostgresStore, StoreOnPostgres } from './postgres-store.ts';

/**
 * A store on PostgreSQL 14 or newer, over a `Pool` of `pg`. It opens no connection before it is opened.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function postgres<Client extends PgConnection, Tx = Client>(options: PostgresOptions<Client, Tx>): PostgresStore<Tx> {
  const resolved = resolvePostgresOptions(options as PostgresOptions<never, never>);
  const { pool, backgroundPool } = options;
  const runtime = systemRuntime(); // a database does not run in virtual time: how long it is waited for is real time
  const held = new HeldConnections();
  const own = new PgTransactions(pool, runtime) as unknown as PostgresTransactions<Tx>;
  const isOwn = backgroundPool === undefined;
  const open = (): PgPool => backgroundPool ?? backgroundPoolOf(pool, resolved.notify);
  const background = new PgBackground({ open, isOwn, mayPrepare: isOwn && resolved.notify }, runtime);
  return new StoreOnPostgres<Tx>({
    ...resolved,
    transactions: options.transactions ?? own,
    background,
    runtime,
    giveBack: (failure) => held.giveBack(failure),
    watch: (transactions) => watchPool(pool, transactions, held),
  });
}
