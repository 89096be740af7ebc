import { opensClosesOpensAgain } from './01-opens-closes-opens-again.ts';
import { eachOpenIsPairedWithAClose } from './02-each-open-is-paired-with-a-close.ts';
import { refusesWhenNotOpen } from './03-refuses-when-not-open.ts';
import { anAbortedOpenGivesUp } from './04-an-aborted-open-gives-up.ts';
import { closeWithoutOpen } from './05-close-without-open.ts';
import { saysWhatItIs } from './06-says-what-it-is.ts';
import { manyOpenAtOnce } from './07-many-open-at-once.ts';
import type { StoreCase } from '../../store-case.ts';

/** Opening and closing. */
export const LIFE_CASES: readonly StoreCase[] = [
  opensClosesOpensAgain,
  eachOpenIsPairedWithAClose,
  refusesWhenNotOpen,
  anAbortedOpenGivesUp,
  closeWithoutOpen,
  saysWhatItIs,
  manyOpenAtOnce,
];
