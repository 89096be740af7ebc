import { anExpiredMessageIsNotHandled } from './17-an-expired-message-is-not-handled.ts';
import { aDelayedMessageComesWhenDue } from './18-a-delayed-message-comes-when-due.ts';
import { priorityWithinABacklog } from './41-priority-within-a-backlog.ts';
import { aDelayOutOfReachFailsStart } from './a-delay-out-of-reach-fails-start.ts';
import { aDelayedMessageCanBeTakenBack } from './a-delayed-message-can-be-taken-back.ts';
import { aLongDelayIsMadeOfSeveral } from './a-long-delay-is-made-of-several.ts';
import { aRedeliveryComesLater } from './a-redelivery-comes-later.ts';
import { anUnlistedDelay } from './an-unlisted-delay.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Delay, expiry, priority. */
export const DELAY_CASES: readonly TransportCase[] = [
  anExpiredMessageIsNotHandled,
  aDelayedMessageComesWhenDue,
  priorityWithinABacklog,
  aDelayOutOfReachFailsStart,
  aDelayedMessageCanBeTakenBack,
  aLongDelayIsMadeOfSeveral,
  aRedeliveryComesLater,
  anUnlistedDelay,
];
