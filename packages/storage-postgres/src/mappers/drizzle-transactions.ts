import { type SQL, sql } from 'drizzle-orm';
import type { PostgresTransactions, SqlRow, SqlValue, TransactionSettings } from '../database.ts';
import { MapperTransactions } from '../mapper-transactions.ts';
import { assertInTransaction } from '../pg/lent-client.ts';

/** What we use of a transaction of Drizzle. */
export interface DrizzleTransaction {
  /** @param query a query of Drizzle's own */
  execute(query: never): PromiseLike<unknown>;
}

/** What we use of a database of Drizzle. */
export interface DrizzleDatabase<Tx extends DrizzleTransaction> {
  transaction<Result>(
    work: (tx: Tx) => Promise<Result>,
    config?: { readonly isolationLevel?: TransactionSettings['isolation'] },
  ): Promise<Result>;
}

/** Handlers get Drizzle's `tx` as `context.transaction`. For Drizzle over `pg`. */
export function drizzle<Tx extends DrizzleTransaction>(db: DrizzleDatabase<Tx>): PostgresTransactions<Tx> {
  return new MapperTransactions<Tx>({
    transact: (work, isolation) => db.transaction(work, { isolationLevel: isolation }),
    query: async (tx, text, values) => {
      assertOpen(tx);
      try {
        return rowsOf(await tx.execute(toSql(text, values) as never));
      } catch (error) {
        throw withoutParameters(error);
      }
    },
  });
}

/** A transaction over `pg` has its connection in its session, a database its pool. */
function assertOpen(tx: object): void {
  const { session } = tx as { readonly session?: { readonly client?: unknown } };
  if (typeof session?.client === 'object' && session.client !== null) assertInTransaction(session.client);
}

/** Drizzle puts the statement with all its values around the error: bodies and headers, which are no matter for a log. */
const withoutParameters = (error: unknown): unknown =>
  error instanceof Error && 'params' in error && error.cause instanceof Error ? error.cause : error;

/** The statement as Drizzle builds it: each `$n` becomes a parameter of its own. */
function toSql(text: string, values: readonly SqlValue[]): SQL {
  const chunks = text
    .split(/\$(\d+)/)
    .map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${sql.param(values[Number(part) - 1])}`));
  return sql.join(chunks);
}

function rowsOf(result: unknown): readonly SqlRow[] {
  const { rows } = result as { readonly rows: readonly SqlRow[] };
  return rows;
}
