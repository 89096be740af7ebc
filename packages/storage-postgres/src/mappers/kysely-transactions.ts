import type { PostgresTransactions, SqlRow, TransactionSettings } from '../database.ts';
import { MapperTransactions } from '../mapper-transactions.ts';
import { noTransaction } from '../postgres-errors.ts';

/** A query of Kysely that is text already. */
export interface RawQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query: { readonly kind: 'RawNode'; readonly sqlFragments: readonly string[]; readonly parameters: readonly never[] };
  readonly queryId: { readonly queryId: string };
}

/** What we use of a transaction of Kysely. */
export interface KyselyTransaction {
  /** False for a database. */
  readonly isTransaction?: boolean;
  executeQuery(query: RawQuery): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What we use of a transaction that is about to begin. */
export interface KyselyTransactionBuilder<Tx> {
  setIsolationLevel(isolation: TransactionSettings['isolation']): KyselyTransactionBuilder<Tx>;
  execute<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

/** What we use of a `Kysely`. */
export interface KyselyDatabase<Tx extends KyselyTransaction> {
  transaction(): KyselyTransactionBuilder<Tx>;
}

/** Handlers get Kysely's `Transaction` as `context.transaction`. For Kysely over `pg`. */
export function kysely<Tx extends KyselyTransaction>(db: KyselyDatabase<Tx>): PostgresTransactions<Tx> {
  return new MapperTransactions<Tx>({
    transact: (work, isolation) => db.transaction().setIsolationLevel(isolation).execute(work),
    query: async (tx, text, values) => {
      if (tx.isTransaction === false) throw noTransaction('A database was given in place of a transaction');
      const { rows } = await tx.executeQuery({
        sql: text,
        parameters: values,
        query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
        queryId: { queryId: 'waybill' },
      });
      return rows as readonly SqlRow[];
    },
  });
}
