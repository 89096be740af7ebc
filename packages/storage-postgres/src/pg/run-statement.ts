import type { Runtime } from '@waybill/core/transport';
import { unanswered } from '../postgres-errors.ts';
import type { PgConnection, PgQuery, PgResult } from './pg-client.ts';

/** How long an answer is waited for. */
export interface StatementLimit {
  readonly limitMs: number;
  readonly runtime: Runtime;
}

/**
 * Runs a statement, and is called back. Asked for a promise, or given `query_timeout`, `pg` assigns a function to its query. V8 makes such
 * functions in the old generation, where each keeps the rows of its query alive until the next major collection: minor ones copy them all,
 * and a relay sends a seventh less.
 * @throws what `pg` throws; after `limitMs` an error that {@link isConnectionLost} knows, for what the connection does then is not known
 */
export function runStatement(client: PgConnection, query: PgQuery, limit?: StatementLimit): Promise<PgResult> {
  const { query_timeout: ofPool } = client.connectionParameters ?? {};
  const isOwnLimit = limit !== undefined && Boolean(ofPool); // that of the pool is for the statements of the application
  return new Promise((resolve, reject) => {
    const timer = limit?.runtime.setTimer(limit.limitMs, () => reject(unanswered(limit.limitMs)));
    const done = (error: unknown, result?: PgResult): void => {
      timer?.cancel();
      if (result === undefined || error) reject(error);
      else resolve(result);
    };
    try {
      client.query(isOwnLimit ? { ...query, query_timeout: limit.limitMs } : query, done);
    } catch (error) {
      done(error);
    }
  });
}
