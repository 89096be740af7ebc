import type { Verdict } from '../runner.ts';
import type { StoreFaults } from './store-harness.ts';
import type { StoreRun } from './store-run.ts';

/** The groups of cases; each is a folder of `cases`. */
export type StoreCaseGroup = 'life' | 'transactions' | 'inbox' | 'outbox' | 'relay' | 'operator' | 'hostile' | 'faults';

/** A fault, or that something goes on at the side of an open transaction. */
export type StoreNeed = keyof StoreFaults<unknown> | 'sideBySide';

/** One behaviour that every store must show. */
export interface StoreCase {
  /** What holds, as a sentence; the file is named after it. */
  readonly name: string;
  /** Its number; the file name begins with it. */
  readonly number: number;
  readonly group: StoreCaseGroup;
  /** What it cannot do without: where the harness has it not, the case is `not offered`. */
  readonly needs?: StoreNeed;
  /** Throws unless the behaviour holds. */
  readonly run: (run: StoreRun) => Promise<Verdict | void>;
}
