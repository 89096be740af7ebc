import { unlessAborted } from '@waybill/core/persistence';
import type { Runtime } from '@waybill/core/transport';
import type { PostgresTransactions, SqlRow, SqlValue, TransactionSettings } from '../database.ts';
import {
  isConnectionLost,
  isInFailedTransaction,
  isOverdue,
  isRefusedCommit,
  outcomeUnknown,
  overdue,
  rolledBack,
  unavailable,
} from '../postgres-errors.ts';
import { acquire } from './acquire.ts';
import { assertInTransaction, LentClient } from './lent-client.ts';
import type { PgConnection, PgPool, PgResult } from './pg-client.ts';
import { runStatement } from './run-statement.ts';

/** How long BEGIN and ROLLBACK may take. */
const CONTROL_MS = 10_000;
/** How long COMMIT may take: it waits for the disk, and for standbys. */
const COMMIT_MS = 30_000;

/** Transactions on connections of a pool of `pg`. */
export class PgTransactions<Client extends PgConnection> implements PostgresTransactions<Client> {
  readonly #pool: PgPool<Client>;
  readonly #runtime: Runtime;

  constructor(pool: PgPool<Client>, runtime: Runtime) {
    this.#pool = pool;
    this.#runtime = runtime;
  }

  async run<Result>(work: (tx: Client) => Promise<Result>, settings: TransactionSettings): Promise<Result> {
    const { isolation, acquireTimeoutMs, signal } = settings;
    const client = await acquire(this.#pool, { timeoutMs: acquireTimeoutMs, runtime: this.#runtime, signal });
    const session = new Session(client, this.#runtime);
    const lent = new LentClient(client);
    try {
      await session.begin(isolation);
      const result = await unlessAborted(work(lent.tx), signal);
      signal?.throwIfAborted();
      lent.end();
      await session.commit();
      return result;
    } catch (error) {
      lent.end();
      // an aborted `work` may still run: it must not meet the transaction of somebody else
      if (signal?.aborted === true) session.destroy();
      throw await session.rollback(error);
    } finally {
      session.release();
    }
  }

  async query(tx: Client, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    assertInTransaction(tx);
    const { rows } = await runStatement(tx, { text, values: [...values] });
    return rows;
  }
}

/** One transaction on one connection. */
class Session {
  readonly #client: PgConnection;
  readonly #runtime: Runtime;
  #state: 'open' | 'ended' | 'destroyed' = 'open';
  #broken: Error | undefined;
  /** Why the server ended the transaction, if it did. */
  #refusal: unknown;

  constructor(client: PgConnection, runtime: Runtime) {
    this.#client = client;
    this.#runtime = runtime;
    client.on('error', this.#onError); // without a listener it would end the process
    client.connection?.on('errorMessage', this.#onRefusal);
  }

  async begin(isolation: string): Promise<void> {
    try {
      await this.#say(`begin isolation level ${isolation}`, CONTROL_MS);
    } catch (error) {
      this.destroy();
      throw unavailable('the transaction could not begin', error);
    }
  }

  async commit(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      const { command } = await this.#say('commit', COMMIT_MS);
      this.#state = 'ended';
      if (command === 'ROLLBACK') throw rolledBack(this.#refusal);
    } catch (error) {
      if (this.#state === 'ended') throw error;
      if (isRefusedCommit(error)) this.#state = 'ended';
      else this.destroy();
      throw isRefusedCommit(error) ? error : outcomeUnknown(error);
    }
  }

  /** Ends what has failed. Gives the error to tell. */
  async rollback(error: unknown): Promise<unknown> {
    if (this.#broken !== undefined && this.#state === 'open') {
      this.destroy();
      return isOverdue(this.#refusal) ? overdue(this.#refusal) : unavailable('the connection broke in the transaction', error);
    }
    if (this.#state !== 'open') return error;
    if (this.#client.readyForQuery === false) {
      this.destroy(); // something that the work began still runs: what follows it would be in no transaction, or in that of somebody else
      return error;
    }
    try {
      await this.#say('rollback', CONTROL_MS);
      this.#state = 'ended';
    } catch {
      this.destroy(); // the server rolls back what has no connection
      return unavailable('the connection broke in the transaction', error);
    }
    return error;
  }

  destroy(): void {
    if (this.#state !== 'destroyed') this.#client.release(true);
    this.#state = 'destroyed';
  }

  release(): void {
    this.#client.connection?.removeListener('errorMessage', this.#onRefusal);
    if (this.#state === 'destroyed') return;
    this.#client.removeListener('error', this.#onError);
    this.#client.release(this.#broken !== undefined);
  }

  #say(text: string, limitMs: number): Promise<PgResult> {
    return runStatement(this.#client, { text }, { limitMs, runtime: this.#runtime });
  }

  readonly #onError = (error: Error): void => {
    this.#broken = error;
  };

  /** Statements after the first that failed are refused because of it. */
  readonly #onRefusal = (error: Error): void => {
    if (isConnectionLost(error)) this.#broken ??= error; // the socket will say it later
    if (!isInFailedTransaction(error)) this.#refusal = error;
  };
}
