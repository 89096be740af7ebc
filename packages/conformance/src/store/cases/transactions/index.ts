import { visibleAfterTheCommit } from './10-visible-after-the-commit.ts';
import { aRollbackRemovesAll } from './11-a-rollback-removes-all.ts';
import { errorsPassUnchanged } from './12-errors-pass-unchanged.ts';
import { aFailedStatementCannotBeCommitted } from './13-a-failed-statement-cannot-be-committed.ts';
import { anAbortRollsBack } from './14-an-abort-rolls-back.ts';
import { anAbortFreesWhatWaits } from './15-an-abort-frees-what-waits.ts';
import { sideBySide } from './16-side-by-side.ts';
import { knowsWhetherItIsInOne } from './17-knows-whether-it-is-in-one.ts';
import { aDeadlockIsAConflict } from './18-a-deadlock-is-a-conflict.ts';
import { stricterIsolationEndsLostUpdates } from './19-stricter-isolation-ends-lost-updates.ts';
import { serializableEndsWriteSkew } from './20-serializable-ends-write-skew.ts';
import { aUnitOfWorkUnderEachIsolation } from './21-a-unit-of-work-under-each-isolation.ts';
import type { StoreCase } from '../../store-case.ts';

/** All or nothing, apart from each other, and errors that say which. */
export const TRANSACTIONS_CASES: readonly StoreCase[] = [
  visibleAfterTheCommit,
  aRollbackRemovesAll,
  errorsPassUnchanged,
  aFailedStatementCannotBeCommitted,
  anAbortRollsBack,
  anAbortFreesWhatWaits,
  sideBySide,
  knowsWhetherItIsInOne,
  aDeadlockIsAConflict,
  stricterIsolationEndsLostUpdates,
  serializableEndsWriteSkew,
  aUnitOfWorkUnderEachIsolation,
];
