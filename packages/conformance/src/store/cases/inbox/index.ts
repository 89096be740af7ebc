import { aClaimIsCompleteWithTheCommit } from './22-a-claim-is-complete-with-the-commit.ts';
import { aSecondClaimWaitsForTheCommit } from './23-a-second-claim-waits-for-the-commit.ts';
import { aSecondClaimWaitsForTheRollback } from './24-a-second-claim-waits-for-the-rollback.ts';
import { ofManyOneIsNew } from './25-of-many-one-is-new.ts';
import { everyPartOfAKeyCounts } from './26-every-part-of-a-key-counts.ts';
import { aResponseIsKeptByteForByte } from './27-a-response-is-kept-byte-for-byte.ts';
import { stricterIsolationRepeatsOrTells } from './28-stricter-isolation-repeats-or-tells.ts';
import { pruneRemovesTheOldOnesOfItsScope } from './29-prune-removes-the-old-ones-of-its-scope.ts';
import { pruneWaitsForNobody } from './30-prune-waits-for-nobody.ts';
import type { StoreCase } from '../../store-case.ts';

/** What was handled once. */
export const INBOX_CASES: readonly StoreCase[] = [
  aClaimIsCompleteWithTheCommit,
  aSecondClaimWaitsForTheCommit,
  aSecondClaimWaitsForTheRollback,
  ofManyOneIsNew,
  everyPartOfAKeyCounts,
  aResponseIsKeptByteForByte,
  stricterIsolationRepeatsOrTells,
  pruneRemovesTheOldOnesOfItsScope,
  pruneWaitsForNobody,
];
