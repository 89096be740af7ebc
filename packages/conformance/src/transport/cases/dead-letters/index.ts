import { aDeadLetterKeepsTheMessage } from './22-a-dead-letter-keeps-the-message.ts';
import { aRefusedDeadLetterIsNotLost } from './23-a-refused-dead-letter-is-not-lost.ts';
import { aLetterHasOneTaker } from './a-letter-has-one-taker.ts';
import { aListingChangesNothing } from './a-listing-changes-nothing.ts';
import { aReturnIsTheSameMessage } from './a-return-is-the-same-message.ts';
import { pagesGoOnWhereTheyEnded } from './pages-go-on-where-they-ended.ts';
import { takeRemovesAfterTheAct } from './take-removes-after-the-act.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Counting, listing and taking dead letters. */
export const DEAD_LETTERS_CASES: readonly TransportCase[] = [
  aDeadLetterKeepsTheMessage,
  aRefusedDeadLetterIsNotLost,
  aLetterHasOneTaker,
  aListingChangesNothing,
  aReturnIsTheSameMessage,
  pagesGoOnWhereTheyEnded,
  takeRemovesAfterTheAct,
];
