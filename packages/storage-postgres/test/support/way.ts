import type { IStore } from '@waybill/core/persistence';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle as connect } from 'drizzle-orm/node-postgres';
import { CamelCasePlugin, Kysely, PostgresDialect, sql as kyselySql } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { drizzle } from '../../src/drizzle.ts';
import { postgres } from '../../src/index.ts';
import { kysely } from '../../src/kysely.ts';

/** A statement of the application, with values in the places of its parameters; gives the rows. */
export type RunSql = (
  strings: TemplateStringsArray,
  ...values: readonly unknown[]
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What a store of the tests is made with. */
export interface WayOptions {
  readonly pool: Pool;
  readonly acquireTimeout: `${number}${'ms' | 's'}`;
}

/** What handlers work with on a pool of `pg`: the stores that give it to them, and their statements, as its own users write these. */
export interface Way<Tx> {
  readonly store: (options: WayOptions) => IStore<Tx>;
  readonly sql: (tx: Tx) => RunSql;
}

/** The same, of whatever kind its transactions are. */
export type AnyWay = Way<unknown>;

/** Statements whose parameters are `$1`, `$2`, … */
export const numbered =
  (query: (text: string, values: unknown[]) => Promise<{ readonly rows: readonly unknown[] }>): RunSql =>
  async (strings, ...values) => {
    const text = strings.reduce((before, part, index) => `${before}$${index}${part}`);
    return (await query(text, [...values])).rows as Awaited<ReturnType<RunSql>>;
  };

const anyWay = <Tx>(way: Way<Tx>): AnyWay => way as unknown as AnyWay;

/** The connections themselves. */
export const overPg: AnyWay = anyWay<PoolClient>({
  store: (options) => postgres(options),
  sql: (tx) => numbered((text, values) => tx.query(text, values)),
});

const overDrizzleOf = ({ pool, acquireTimeout }: WayOptions) => postgres({ pool, acquireTimeout, transactions: drizzle(connect(pool)) });
type DrizzleTx = Parameters<Parameters<ReturnType<typeof overDrizzleOf>['transact']>[0]>[0];

export const overDrizzle: AnyWay = anyWay<DrizzleTx>({
  store: overDrizzleOf,
  sql:
    (tx) =>
    async (strings, ...values) =>
      (await tx.execute(drizzleSql(strings, ...values))).rows,
});

/** With a plugin that renames what comes back: rows of ours must not be struck. */
const overKyselyOf = ({ pool, acquireTimeout }: WayOptions) => {
  const db = new Kysely<Readonly<Record<string, object>>>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
  return postgres({ pool, acquireTimeout, transactions: kysely(db) });
};
type KyselyTx = Parameters<Parameters<ReturnType<typeof overKyselyOf>['transact']>[0]>[0];

export const overKysely: AnyWay = anyWay<KyselyTx>({
  store: overKyselyOf,
  sql:
    (tx) =>
    async (strings, ...values) =>
      (await kyselySql<Record<string, unknown>>(strings, ...values).execute(tx)).rows,
});
