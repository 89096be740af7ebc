import type { Verdict } from '../runner.ts';
import type { StoreFaults } from './store-harness.ts';
import type { StoreRun } from './store-run.ts';

/** The groups of cases; each is a folder of `cases`. */
export type StoreCaseGroup = 'life' | 'transactions' | 'inbox' | 'outbox' | 'relay' | 'operator' | 'hostile' | 'faults';

/** One behaviour that every store must show. */
export interface StoreCase {
  /** What holds, as a sentence; the file is named after it. */
  readonly name: string;
  /** Its number; the file name begins with it. */
  readonly number: number;
  readonly group: StoreCaseGroup;
  /** The fault that it cannot do without: where the harness has it not, the case is `not offered`. */
  readonly needs?: keyof StoreFaults<unknown>;
  /** Throws unless the behaviour holds. */
  readonly run: (run: StoreRun) => Promise<Verdict | void>;
}
