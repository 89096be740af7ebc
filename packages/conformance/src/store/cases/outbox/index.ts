import { rowsComeInTheOrderOfStoring } from './31-rows-come-in-the-order-of-storing.ts';
import { anEntryComesBackAsItWas } from './32-an-entry-comes-back-as-it-was.ts';
import { whatWasStoredIsACopy } from './33-what-was-stored-is-a-copy.ts';
import { aLateCommitIsNotSkipped } from './34-a-late-commit-is-not-skipped.ts';
import { aRowWaitsForItsTime } from './35-a-row-waits-for-its-time.ts';
import { listenersHearOfCommits } from './36-listeners-hear-of-commits.ts';
import { aThousandEntriesAtOnce } from './37-a-thousand-entries-at-once.ts';
import { statements } from './38-statements.ts';
import type { StoreCase } from '../../store-case.ts';

/** What is stored to be sent. */
export const OUTBOX_CASES: readonly StoreCase[] = [
  rowsComeInTheOrderOfStoring,
  anEntryComesBackAsItWas,
  whatWasStoredIsACopy,
  aLateCommitIsNotSkipped,
  aRowWaitsForItsTime,
  listenersHearOfCommits,
  aThousandEntriesAtOnce,
  statements,
];
