import { retryParkDiscard } from './57-retry-park-discard.ts';
import { nothingToDecide } from './58-nothing-to-decide.ts';
import { heldRowsAreListed } from './59-held-rows-are-listed.ts';
import { theStatusCounts } from './60-the-status-counts.ts';
import { reasonsAreCutNotRefused } from './61-reasons-are-cut-not-refused.ts';
import type { StoreCase } from '../../store-case.ts';

/** Rows that somebody must decide on, and how full it is. */
export const OPERATOR_CASES: readonly StoreCase[] = [
  retryParkDiscard,
  nothingToDecide,
  heldRowsAreListed,
  theStatusCounts,
  reasonsAreCutNotRefused,
];
