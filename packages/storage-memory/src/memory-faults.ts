import { StoreError } from '@waybill/core/persistence';
import type { StoreHost } from './store-host.ts';
import type { Database } from './tables/database.ts';
import type { Transaction } from './tables/transaction.ts';

/** What can go wrong with a memory store, for tests. */
export interface MemoryStoreFaults {
  /** The next so many COMMITs get no answer: `TRANSACTION_OUTCOME_UNKNOWN`, whether they are stored or not. */
  loseCommits(count: number, isStored: boolean): void;
  /** The next so many COMMITs fail with `TRANSACTION_CONFLICT`, and nothing of them is stored. */
  failCommits(count: number): void;
  /** Breaks the connections of all open transactions: they are rolled back, with `STORE_UNAVAILABLE`. Returns how many. */
  breakTransactions(): number;
  /** Breaks all open transactions, and everything is `STORE_UNAVAILABLE` until the returned function was called. */
  goAway(): () => void;
}

/** The COMMITs that are to go wrong, in the order in which they were asked for. */
export class CommitFaults {
  readonly #armed: ('stored' | 'not stored' | 'conflict')[] = [];

  arm(count: number, fault: 'stored' | 'not stored' | 'conflict'): void {
    for (let index = 0; index < count; index += 1) this.#armed.push(fault);
  }

  /** Commits, or does what was asked for. */
  commit(transaction: Transaction): void {
    const fault = transaction.failure === undefined ? this.#armed.shift() : undefined;
    if (fault === undefined || fault === 'stored') transaction.commit();
    if (fault === 'conflict')
      throw new StoreError('TRANSACTION_CONFLICT', 'The COMMIT failed with a conflict, as `faults` was told to. Run it again.');
    if (fault !== undefined)
      throw new StoreError(
        'TRANSACTION_OUTCOME_UNKNOWN',
        'The COMMIT got no answer, as `faults` was told to. Look whether it is stored before you run it again.',
      );
  }
}

export function memoryStoreFaults(host: StoreHost, database: Database, commits: CommitFaults): MemoryStoreFaults {
  const breakTransactions = (): number => database.breakAll(broken());
  return Object.freeze({
    loseCommits: (count: number, isStored: boolean) => commits.arm(count, isStored ? 'stored' : 'not stored'),
    failCommits: (count: number) => commits.arm(count, 'conflict'),
    breakTransactions,
    goAway: () => {
      breakTransactions();
      return host.goAway();
    },
  });
}

const broken = (): StoreError =>
  new StoreError('STORE_UNAVAILABLE', 'The connection of the transaction broke, as `faults` was told to; it is rolled back. Run it again.');
