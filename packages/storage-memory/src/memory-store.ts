import type { FacetKey, IInboxStore, IOutboxStore, IStore, StoreOpenOptions, TransactOptions } from '@waybill/core/persistence';
import { StoreError, ambientOf, unlessAborted } from '@waybill/core/persistence';
import { MemoryInboxStore } from './inbox/memory-inbox-store.ts';
import type { MemoryStoreFaults } from './memory-faults.ts';
import { CommitFaults, memoryStoreFaults } from './memory-faults.ts';
import type { MemoryTransaction } from './memory-transaction.ts';
import { MemoryOutboxStore } from './outbox/memory-outbox-store.ts';
import { StoreHost } from './store-host.ts';
import { Database } from './tables/database.ts';
import type { Transaction } from './tables/transaction.ts';

/** A store in this process, for tests and for what needs no durability. Made by {@link memoryStore}. */
export interface MemoryStore extends IStore<MemoryTransaction> {
  /** The committed rows of a table of business data, as copies; for tests, also while the store is closed. */
  rows<Value>(table: string): ReadonlyMap<string, Value>;
  /** What can go wrong here, for tests. */
  readonly faults: MemoryStoreFaults;
}

/**
 * Makes a store whose transactions are isolated as those of a database: what is written is invisible until the commit, whoever
 * writes the same row waits, and of two that wait for each other one fails. Share one between the buses of a process, as
 * services share a database. What it holds outlives `close`, and is gone with the process.
 */
export function memoryStore(): MemoryStore {
  return new InMemoryStore();
}

class InMemoryStore implements MemoryStore {
  readonly name = 'memory';
  readonly durable = false;
  readonly outbox: IOutboxStore<MemoryTransaction>;
  readonly inbox: IInboxStore<MemoryTransaction>;
  readonly faults: MemoryStoreFaults;
  readonly #host = new StoreHost();
  readonly #database = new Database();
  readonly #commits = new CommitFaults();
  readonly #current = ambientOf<Transaction>();

  constructor() {
    this.outbox = new MemoryOutboxStore(this.#host) as IOutboxStore<MemoryTransaction>;
    this.faults = memoryStoreFaults(this.#host, this.#database, this.#commits);
    this.inbox = new MemoryInboxStore(this.#host, this.#database) as IInboxStore<MemoryTransaction>;
  }

  async open({ runtime, signal }: StoreOpenOptions): Promise<void> {
    signal?.throwIfAborted();
    this.#host.open(runtime);
  }

  async close(): Promise<void> {
    this.#host.close();
  }

  async transact<Result>(work: (tx: MemoryTransaction) => Promise<Result>, options: TransactOptions = {}): Promise<Result> {
    const { isolation = 'read-committed', signal } = options;
    void this.#host.runtime;
    signal?.throwIfAborted();
    const transaction = this.#database.begin(isolation);
    try {
      const result = await unlessAborted(this.#run(transaction, work), signal);
      this.#commits.commit(transaction);
      return result;
    } catch (error) {
      const reason = endOf(transaction) ?? error;
      transaction.rollBack(reason);
      throw reason;
    }
  }

  inTransaction(): boolean {
    return this.#current?.current()?.isOpen === true;
  }

  facet<Facet>(_key: FacetKey<Facet>): Facet | undefined {
    return undefined;
  }

  rows<Value>(table: string): ReadonlyMap<string, Value> {
    return structuredClone(new Map(this.#database.table(table).entries(this.#database.commits))) as Map<string, Value>;
  }

  async #run<Result>(transaction: Transaction, work: (tx: MemoryTransaction) => Promise<Result>): Promise<Result> {
    return this.#current === undefined ? work(transaction) : this.#current.run(transaction, () => work(transaction));
  }
}

/** What the store itself has ended it with, however that was wrapped or swallowed since. */
function endOf({ failure }: Transaction): StoreError | undefined {
  const reason = failure?.reason;
  return reason instanceof StoreError && reason.code !== 'NO_TRANSACTION' ? reason : undefined;
}
