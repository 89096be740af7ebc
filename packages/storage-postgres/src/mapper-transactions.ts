import { unlessAborted } from '@waybill/core/persistence';
import { type Runtime, systemRuntime } from '@waybill/core/transport';
import type { PostgresTransactions, SqlRow, SqlValue, TransactionSettings } from './database.ts';
import { isConnectionLost, isRefusedCommit, outcomeUnknown, rolledBack, unavailable } from './postgres-errors.ts';

/** What a mapper offers: a transaction around a callback, and a statement in it. */
export interface Mapper<Tx> {
  transact<Result>(work: (tx: Tx) => Promise<Result>, isolation: TransactionSettings['isolation']): Promise<Result>;
  query(tx: Tx, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** How long COMMIT or ROLLBACK may take: COMMIT waits for the disk, and for standbys. */
const END_MS = 30_000;
/** Ends a transaction but for its ROLLBACK: its locks are free, and further statements are refused. */
const FAILING = `select 'Waybill has given this transaction up'::text::int`;

/** Transactions in the way of a mapper, which tells neither when it waits for a connection nor what became of COMMIT. */
export class MapperTransactions<Tx> implements PostgresTransactions<Tx> {
  readonly #mapper: Mapper<Tx>;
  readonly #runtime: Runtime = systemRuntime();

  constructor(mapper: Mapper<Tx>) {
    this.#mapper = mapper;
  }

  async run<Result>(work: (tx: Tx) => Promise<Result>, settings: TransactionSettings): Promise<Result> {
    const { isolation, acquireTimeoutMs, signal, giveBack } = settings;
    const attempt = new Attempt(work, signal);
    let patience = this.#runtime.setTimer(acquireTimeoutMs, () => attempt.giveUp(acquireTimeoutMs));
    const outcome = this.#mapper.transact((tx) => {
      patience.cancel();
      const onEnd = (): void => {
        if (!attempt.signal.aborted) patience = this.#runtime.setTimer(END_MS, () => attempt.giveUpEnd());
      };
      return attempt.work(tx, { query: (text) => this.query(tx, text, []), onEnd });
    }, isolation);
    outcome.catch((error: unknown) => attempt.hasBegun || giveBack?.(error)); // Drizzle 0.45 keeps a connection on which BEGIN failed
    try {
      return await unlessAborted(outcome, attempt.signal);
    } catch (error) {
      throw attempt.failureOf(error);
    } finally {
      patience.cancel();
      attempt.end();
    }
  }

  query(tx: Tx, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#mapper.query(tx, text, values);
  }
}

/** What an attempt needs beside its work. */
interface Surroundings {
  /** Runs a statement in its transaction. */
  readonly query: (text: string) => Promise<unknown>;
  /** Called when the work has ended, and COMMIT or ROLLBACK is to follow. */
  readonly onEnd: () => void;
}

class Attempt<Tx, Result> {
  readonly signal: AbortSignal;
  readonly end: () => void;
  readonly #work: (tx: Tx) => Promise<Result>;
  readonly #end = new AbortController();
  #phase: 'begin' | 'work' | 'commit' = 'begin';
  #failure: { readonly error: unknown } | undefined;

  constructor(work: (tx: Tx) => Promise<Result>, signal: AbortSignal | undefined) {
    this.#work = work;
    this.signal = this.#end.signal;
    const onAbort = (): void => {
      if (this.#phase !== 'commit') this.#end.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const end = (): void => signal?.removeEventListener('abort', onAbort);
    this.end = end;
  }

  get hasBegun(): boolean {
    return this.#phase !== 'begin';
  }

  giveUp(afterMs: number): void {
    this.#end.abort(unavailable(`no transaction could begin within ${afterMs} ms`, undefined));
  }

  /** What ends the transaction has no answer. */
  giveUpEnd(): void {
    this.#end.abort(
      this.#phase === 'commit'
        ? outcomeUnknown(undefined)
        : unavailable(`the end of the transaction got no answer within ${END_MS} ms`, this.#failure?.error),
    );
  }

  /** Runs to its end also after an abort: until then the connection is nobody else's, and what it still does on it fails. */
  async work(tx: Tx, { query, onEnd }: Surroundings): Promise<Result> {
    this.signal.throwIfAborted();
    this.#phase = 'work';
    const spoil = (): void => void query(FAILING).catch(() => {});
    this.signal.addEventListener('abort', spoil, { once: true });
    try {
      const result = await this.#work(tx).finally(onEnd);
      this.signal.throwIfAborted();
      await this.#assertGoes(query);
      this.signal.throwIfAborted(); // whoever has given it up must not find it committed
      this.#phase = 'commit';
      return result;
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      this.signal.removeEventListener('abort', spoil);
    }
  }

  failureOf(error: unknown): unknown {
    if (this.signal.aborted) return this.signal.reason;
    if (!this.hasBegun) return unavailable('the transaction could not begin', error);
    if (this.#phase === 'commit') return isRefusedCommit(error) ? error : outcomeUnknown(error);
    const own = this.#failure?.error ?? error; // mappers put what happened to ROLLBACK in its place
    return own !== error && isConnectionLost(error) ? unavailable('the connection broke in the transaction', own) : own;
  }

  /** COMMIT of a transaction that a failed statement has ended rolls it back, and mappers do not tell. */
  async #assertGoes(query: (text: string) => Promise<unknown>): Promise<void> {
    try {
      await query('select 1');
    } catch (error) {
      throw isConnectionLost(error) ? unavailable('the connection broke in the transaction', error) : rolledBack(error);
    }
  }
}
