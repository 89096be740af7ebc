import { ackedIsNotRedelivered } from './19-acked-is-not-redelivered.ts';
import { attemptsGrow } from './20-attempts-grow.ts';
import { settlesAfterTheHandler } from './21-settles-after-the-handler.ts';
import { secondVerbIsRefused } from './24-second-verb-is-refused.ts';
import { aLateSettlementTouchesNothing } from './25-a-late-settlement-touches-nothing.ts';
import { aLockIsRenewed } from './26-a-lock-is-renewed.ts';
import { theSignalAbortsWhenTheLockIsLost } from './27-the-signal-aborts-when-the-lock-is-lost.ts';
import { oneOverlapAtMost } from './28-one-overlap-at-most.ts';
import { aFailedVerbTakesNoEffect } from './a-failed-verb-takes-no-effect.ts';
import { ackWithSendsIsOneStep } from './ack-with-sends-is-one-step.ts';
import { attemptsAreCountedAsDeclared } from './attempts-are-counted-as-declared.ts';
import { everyVerbReturnsItsCredit } from './every-verb-returns-its-credit.ts';
import { releaseMakesItAvailableAgain } from './release-makes-it-available-again.ts';
import { settlingOneSettlesNoOther } from './settling-one-settles-no-other.ts';
import { unsettledComesAgainAfterClose } from './unsettled-comes-again-after-close.ts';
import type { TransportCase } from '../../transport-case.ts';

/** The four verbs, locks and lost deliveries. */
export const SETTLING_CASES: readonly TransportCase[] = [
  ackedIsNotRedelivered,
  attemptsGrow,
  settlesAfterTheHandler,
  secondVerbIsRefused,
  aLateSettlementTouchesNothing,
  aLockIsRenewed,
  theSignalAbortsWhenTheLockIsLost,
  oneOverlapAtMost,
  aFailedVerbTakesNoEffect,
  ackWithSendsIsOneStep,
  attemptsAreCountedAsDeclared,
  everyVerbReturnsItsCredit,
  releaseMakesItAvailableAgain,
  settlingOneSettlesNoOther,
  unsettledComesAgainAfterClose,
];
