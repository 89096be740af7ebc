import type { Isolation } from '@waybill/core/persistence';
import { StoreError } from '@waybill/core/persistence';
import type { MemoryTable, MemoryTransaction } from '../memory-transaction.ts';
import type { Database } from './database.ts';
import type { VersionedTable } from './versioned-table.ts';
import { ABSENT } from './versioned-table.ts';

type Writes = Map<string, unknown>;

/** One transaction: what it has read and written, and what is to happen when it commits. */
export class Transaction implements MemoryTransaction {
  readonly #database: Database;
  readonly #isolation: Isolation;
  readonly #writes = new Map<VersionedTable<unknown>, Writes>();
  /** The keys that it has read, by table; `undefined` stands for all. */
  readonly #reads = new Map<VersionedTable<unknown>, Set<string | undefined>>();
  readonly #atCommit: (() => void)[] = [];
  #snapshot: number | undefined;
  #hasEnded = false;
  #failure: { readonly reason: unknown } | undefined;

  constructor(database: Database, isolation: Isolation) {
    this.#database = database;
    this.#isolation = isolation;
  }

  /** What the first failed statement has thrown: after it nothing can be committed. */
  get failure(): { readonly reason: unknown } | undefined {
    return this.#failure;
  }

  /** The oldest commit as of which it reads; `undefined` where it always reads the newest. */
  get snapshot(): number | undefined {
    return this.#snapshot;
  }

  get isOpen(): boolean {
    return !this.#hasEnded;
  }

  table<Value>(name: string): MemoryTable<Value> {
    const table = this.#database.table(name) as VersionedTable<Value>;
    return {
      get: (key) => this.statement(() => structuredClone(presentOr(this.read(table, key), undefined))),
      set: (key, value) => this.statement(() => this.write(table, key, structuredClone(value))),
      delete: (key) => this.statement(() => this.write(table, key, ABSENT)),
      entries: () => this.statement(() => structuredClone(this.#entries(table))),
    };
  }

  /** Runs one statement: after one that has failed all others fail, and the commit too. */
  async statement<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#assertUsable();
    try {
      if (this.#isolation !== 'read-committed') this.#snapshot ??= this.#database.commits;
      return await work();
    } catch (error) {
      this.#failure ??= { reason: error };
      throw error;
    }
  }

  read<Value>(table: VersionedTable<Value>, key: string): Value | typeof ABSENT {
    const own = this.#writes.get(table);
    if (own?.has(key) === true) return own.get(key) as Value | typeof ABSENT;
    this.#note(table, key);
    return table.read(key, this.#readsAt);
  }

  /** Waits for the row, then writes it. */
  async write<Value>(table: VersionedTable<Value>, key: string, value: Value | typeof ABSENT): Promise<void> {
    await this.lock(table, key);
    const writes = this.#writes.get(table) ?? new Map<string, unknown>();
    this.#writes.set(table, writes.set(key, value));
  }

  /** Waits until no other transaction has written the row without having ended. */
  async lock(table: VersionedTable<unknown>, key: string): Promise<void> {
    await this.#database.locks.take(table.lockOf(key), this);
    this.#assertUsable();
    if (this.#snapshot !== undefined && table.hasChangedSince(this.#snapshot, key)) throw conflict();
  }

  atCommit(work: () => void): void {
    this.#atCommit.push(work);
  }

  /** @throws what the first failed statement has thrown; StoreError `TRANSACTION_CONFLICT` where what it has read is no longer so */
  commit(): void {
    this.#assertUsable();
    if (this.#isolation === 'serializable') this.#assertReadsHold();
    this.#hasEnded = true;
    this.#database.end(this, this.#writes, hasEnded);
    for (const work of this.#atCommit) work();
  }

  /** Drops all that it has written; what it waits for rejects with the reason. Nothing happens after its end. */
  rollBack(reason: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#database.end(this, new Map(), () => reason);
  }

  /** Rolls it back from outside: all that its work still does fails with the reason. */
  break(reason: unknown): void {
    this.#failure ??= { reason };
    this.rollBack(reason);
  }

  get #readsAt(): number {
    return this.#snapshot ?? this.#database.commits;
  }

  #entries<Value>(table: VersionedTable<Value>): readonly (readonly [string, Value])[] {
    this.#note(table, undefined);
    const rows = new Map<string, Value>(table.entries(this.#readsAt));
    for (const [key, value] of this.#writes.get(table) ?? [])
      if (value === ABSENT) rows.delete(key);
      else rows.set(key, value as Value);
    return Array.from(rows);
  }

  #note(table: VersionedTable<unknown>, key: string | undefined): void {
    if (this.#isolation === 'serializable') this.#reads.set(table, (this.#reads.get(table) ?? new Set()).add(key));
  }

  #assertReadsHold(): void {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return;
    for (const [table, keys] of this.#reads) for (const key of keys) if (table.hasChangedSince(snapshot, key)) throw conflict();
  }

  #assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (this.#hasEnded) throw hasEnded();
  }
}

const presentOr = <Value, Other>(value: Value | typeof ABSENT, other: Other): Value | Other => (value === ABSENT ? other : value);

const hasEnded = (): StoreError =>
  new StoreError('NO_TRANSACTION', 'The transaction has ended. Await in its work all that uses it, and use it nowhere else.');

const conflict = (): StoreError =>
  new StoreError('TRANSACTION_CONFLICT', 'Another transaction has changed what this one has read; this one is rolled back. Run it again.');
