// the store
export { postgres } from './postgres.ts';
export type { PostgresOptions } from './postgres-options.ts';
export type { PostgresStore } from './postgres-store.ts';

// its tables
export { migrations, printMigrations } from './schema/migrations.ts';
export type { Migration } from './schema/migrations.ts';
export type { SchemaStatus } from './schema/migrate.ts';

// what it uses of others
export type { PostgresTransactions, SqlRow, SqlValue, TransactionSettings } from './database.ts';
export type { PgConnection, PgNotification, PgPool, PgProtocol, PgQuery, PgResult } from './pg/pg-client.ts';
