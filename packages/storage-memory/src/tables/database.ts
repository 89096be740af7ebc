import type { Isolation } from '@waybill/core/persistence';
import { RowLocks } from './row-locks.ts';
import { Transaction } from './transaction.ts';
import { VersionedTable } from './versioned-table.ts';

/** The tables, the locks and the running transactions of one store. */
export class Database {
  readonly locks: RowLocks<Transaction> = new RowLocks();
  readonly #tables = new Map<string, VersionedTable<unknown>>();
  readonly #running = new Set<Transaction>();
  #commits = 0;

  /** The number of the newest commit. */
  get commits(): number {
    return this.#commits;
  }

  begin(isolation: Isolation): Transaction {
    const transaction = new Transaction(this, isolation);
    this.#running.add(transaction);
    return transaction;
  }

  /** A table of business data. */
  table(name: string): VersionedTable<unknown> {
    const known = this.#tables.get(name) ?? new VersionedTable<unknown>(`user ${name}`);
    this.#tables.set(name, known);
    return known;
  }

  /** Rolls all running transactions back; what they still do fails with the reason. Returns how many. */
  breakAll(reason: unknown): number {
    const running = Array.from(this.#running);
    for (const transaction of running) transaction.break(reason);
    return running.length;
  }

  /** Makes what it wrote visible, all at once, and gives its rows to those who wait. What it waits for itself rejects with the reason. */
  end(transaction: Transaction, writes: ReadonlyMap<VersionedTable<unknown>, ReadonlyMap<string, unknown>>, reasonOf: () => unknown): void {
    this.#running.delete(transaction);
    if (writes.size > 0) this.write(writes);
    this.locks.release(transaction, reasonOf);
  }

  /** A commit of its own. Whoever calls it has seen that no transaction holds the rows. */
  write(writes: ReadonlyMap<VersionedTable<unknown>, ReadonlyMap<string, unknown>>): void {
    this.#commits += 1;
    const oldest = Math.min(this.#commits, ...Array.from(this.#running, ({ snapshot }) => snapshot ?? this.#commits));
    for (const [table, rows] of writes) for (const [key, value] of rows) table.write(key, value, this.#commits, oldest);
  }
}
