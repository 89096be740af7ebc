import type { Runtime } from '@waybill/core/transport';
import type { BackgroundDatabase, NotificationListener, RunStatement, SqlRow, SqlValue } from '../database.ts';
import { chainOf, isConnectionLost, unavailable } from '../postgres-errors.ts';
import { acquire } from './acquire.ts';
import { listenOn } from './pg-listener.ts';
import type { PgConnection, PgPool, PgQuery } from './pg-client.ts';
import { runStatement } from './run-statement.ts';

/** How long the pool may let us wait, and how long one statement may take. */
const ACQUIRE_MS = 10_000;
const STATEMENT_MS = 30_000;
/** How long a step of a migration may take: it may make an index on a large table. */
const MIGRATION_STATEMENT_MS = 600_000;
const CLOSE_MS = 5_000;
/** The server ended a statement because of `statement_timeout`, or of `lock_timeout`. */
const TOOK_TOO_LONG: ReadonlySet<unknown> = new Set(['57014', '55P03']);

/** Where the connections come from. */
export interface PoolSource {
  readonly open: () => PgPool;
  /** Whether the pool is to be ended with the store. */
  readonly isOwn: boolean;
  /** Whether statements may be prepared: the connections are the server's own, and plan as we want it. */
  readonly mayPrepare: boolean;
}

/** The store's own statements, on a small pool of its own, so that handlers that use up theirs do not stop the relay. */
export class PgBackground implements BackgroundDatabase {
  readonly #source: PoolSource;
  readonly #runtime: Runtime;
  #opened: OpenedPool | undefined;

  constructor(source: PoolSource, runtime: Runtime) {
    this.#source = source;
    this.#runtime = runtime;
  }

  query(text: string, values: readonly SqlValue[], name?: string): Promise<readonly SqlRow[]> {
    const isPrepared = this.#source.mayPrepare && name !== undefined;
    return this.#use((client) => this.#run(client, { text, values: [...values], ...(isPrepared ? { name } : {}) }, STATEMENT_MS));
  }

  transact<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
    return this.#use(async (client) => {
      const control = (text: string): Promise<unknown> => this.#run(client, { text }, STATEMENT_MS);
      await control('begin isolation level read committed'); // it must see what was committed while it waited for a lock
      try {
        await control(`set local statement_timeout = ${MIGRATION_STATEMENT_MS}`); // that of the session is for short ones
        const result = await work((text, values) => this.#run(client, { text, values: [...values] }, MIGRATION_STATEMENT_MS));
        await control('commit');
        return result;
      } catch (error) {
        await control('rollback').catch(() => {});
        throw error;
      }
    });
  }

  listen(channel: string, listener: NotificationListener): () => void {
    const connect = (signal: AbortSignal): Promise<PgConnection> =>
      acquire(this.#pool, { timeoutMs: ACQUIRE_MS, runtime: this.#runtime, signal });
    return listenOn({ channel, listener, connect, runtime: this.#runtime });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined || !this.#source.isOwn) return;
    const end = new AbortController();
    const late = this.#runtime.sleep(CLOSE_MS, end.signal).catch(() => {});
    await Promise.race([opened.end().catch(() => {}), late]);
    end.abort();
  }

  async #use<Result>(work: (client: PgConnection) => Promise<Result>): Promise<Result> {
    const client = await acquire(this.#pool, { timeoutMs: ACQUIRE_MS, runtime: this.#runtime });
    const onError = (): void => {}; // the statement that runs tells it
    client.on('error', onError);
    try {
      const result = await work(client);
      client.removeListener('error', onError);
      client.release();
      return result;
    } catch (error) {
      if (!isConnectionLost(error)) client.removeListener('error', onError);
      client.release(isConnectionLost(error)); // one that gave no answer may still be at work
      throw failureOf(error);
    }
  }

  async #run(client: PgConnection, query: PgQuery, limitMs: number): Promise<readonly SqlRow[]> {
    const { rows } = await runStatement(client, query, { limitMs, runtime: this.#runtime });
    return rows;
  }

  get #pool(): PgPool {
    this.#opened ??= new OpenedPool(this.#source.open());
    return this.#opened.pool;
  }
}

function failureOf(error: unknown): unknown {
  if (isConnectionLost(error)) return unavailable('the connection broke, or gave no answer in time', error);
  const tookTooLong = chainOf(error).some((one) => 'code' in one && TOOK_TOO_LONG.has(one.code));
  return tookTooLong ? unavailable('a statement, or what it waited for, took longer than the server lets it', error) : error;
}

/** Counts its connections: the end of a pool does not wait for theirs. */
class OpenedPool {
  readonly pool: PgPool;
  #connections = 0;
  #onGone = (): void => {};

  constructor(pool: PgPool) {
    this.pool = pool;
    pool.on('connect', (client) => {
      this.#connections += 1;
      client.on('error', () => {}); // what breaks in the moment in which it is handed over has nobody else to hear it
    });
    pool.on('remove', () => {
      this.#connections -= 1;
      if (this.#connections === 0) this.#onGone();
    });
  }

  async end(): Promise<void> {
    const gone = new Promise<void>((resolve) => (this.#onGone = resolve));
    if (this.#connections === 0) this.#onGone();
    await this.pool.end();
    await gone;
  }
}
