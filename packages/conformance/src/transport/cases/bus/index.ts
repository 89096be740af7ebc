import { aFailedAttemptLeavesNoTrace } from './29-a-failed-attempt-leaves-no-trace.ts';
import { anUnreadableMessageIsParked } from './30-an-unreadable-message-is-parked.ts';
import { aDeadLetterThatFails } from './31-a-dead-letter-that-fails.ts';
import { stopWaitsForTheHandler } from './44-stop-waits-for-the-handler.ts';
import { stopPastTheDrainTimeout } from './45-stop-past-the-drain-timeout.ts';
import { aPassiveEndpointFetchesNothing } from './a-passive-endpoint-fetches-nothing.ts';
import { whatNobodyHandlesIsSetAside } from './what-nobody-handles-is-set-aside.ts';
import type { TransportCase } from '../../transport-case.ts';

/** A bus on the transport: retries, stop, drain. */
export const BUS_CASES: readonly TransportCase[] = [
  aFailedAttemptLeavesNoTrace,
  anUnreadableMessageIsParked,
  aDeadLetterThatFails,
  stopWaitsForTheHandler,
  stopPastTheDrainTimeout,
  aPassiveEndpointFetchesNothing,
  whatNobodyHandlesIsSetAside,
];
