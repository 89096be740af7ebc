import { ConfigurationError, type Duration, assertOptions, nameValue, toMilliseconds } from '@waybill/core/transport';
import type { PostgresTransactions } from './database.ts';
import type { PgConnection, PgPool } from './pg/pg-client.ts';

/** Options of `postgres`. */
export interface PostgresOptions<Client extends PgConnection = PgConnection, Tx = Client> {
  /** A `Pool` of `pg`, yours: handlers' transactions run on its connections, and it stays open when the store closes. */
  readonly pool: PgPool<Client>;
  /** Transactions of a mapper, so that handlers get what they work with: `drizzle(db)`, `kysely(db)`. @default connections of `pool` */
  readonly transactions?: PostgresTransactions<Tx>;
  /** The schema of the tables: a to z, 0 to 9 and _, at most 63 letters. Services may share one. @default 'waybill' */
  readonly schema?: string;
  /**
   * Whether a commit wakes the relays of other processes at once, by NOTIFY. Without it they find the rows when they look, and nothing is
   * used that needs a connection for longer than a transaction: for PgBouncer in transaction mode. @default true
   */
  readonly notify?: boolean;
  /** How long a transaction may wait for a connection. @default '10s' */
  readonly acquireTimeout?: Duration;
  /** Runs what the store does by itself: relay, purge, status, LISTEN. Yours; at least 3 connections. @default one made like `pool`, of 3 connections */
  readonly backgroundPool?: PgPool;
}

/** Options, checked, with defaults filled in. */
export interface ResolvedPostgresOptions {
  readonly schema: string;
  readonly notify: boolean;
  readonly acquireTimeoutMs: number;
}

const NAMES: Readonly<Record<keyof PostgresOptions, true>> = {
  pool: true,
  transactions: true,
  schema: true,
  notify: true,
  acquireTimeout: true,
  backgroundPool: true,
};

/**
 * Checks, and fills in the defaults; the name of the schema is checked where it is quoted.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function resolvePostgresOptions(options: PostgresOptions<never, never>): ResolvedPostgresOptions {
  assertOptions('`postgres`', options, Object.keys(NAMES));
  const { pool, backgroundPool, transactions, schema = 'waybill', notify = true, acquireTimeout = '10s' } = options;
  assertPool('pool', pool);
  if (backgroundPool !== undefined) assertPool('backgroundPool', backgroundPool);
  if (transactions !== undefined && !has(transactions, 'run'))
    throw invalid('transactions', transactions, 'Write `drizzle(db)` or `kysely(db)`');
  if (typeof notify !== 'boolean') throw invalid('notify', notify, 'Write true or false');
  const acquireTimeoutMs = toMilliseconds(acquireTimeout, 'acquireTimeout');
  if (acquireTimeoutMs <= 0) throw invalid('acquireTimeout', acquireTimeout, 'Write more than nothing');
  return { schema, notify, acquireTimeoutMs };
}

function assertPool(option: string, pool: unknown): void {
  if (!has(pool, 'connect') || !has(pool, 'on')) throw invalid(option, pool, 'Pass a `Pool` of `pg`');
}

const has = (value: unknown, method: string): boolean =>
  typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function';

function invalid(option: string, value: unknown, wayOut: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`postgres\`: \`${option}\` is ${nameValue(value)}. ${wayOut}.`, {
    details: { option },
  });
}
