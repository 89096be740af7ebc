import { opensClosesOpensAgain } from './43-opens-closes-opens-again.ts';
import { stopAtAnyTime } from './46-stop-at-any-time.ts';
import { noHandlerStartsAfterStop } from './47-no-handler-starts-after-stop.ts';
import { unstartedComeBackAtOnce } from './48-unstarted-come-back-at-once.ts';
import { theProcessEndsByItself } from './49-the-process-ends-by-itself.ts';
import { randomStartsAndStops } from './50-random-starts-and-stops.ts';
import { sendOnlyOpensNoReceiver } from './51-send-only-opens-no-receiver.ts';
import { aFailedOpenCanBeRetried } from './a-failed-open-can-be-retried.ts';
import { anAbortedOpenGivesUp } from './an-aborted-open-gives-up.ts';
import { closeTwiceIsOneClose } from './close-twice-is-one-close.ts';
import { closeWithoutOpen } from './close-without-open.ts';
import { nothingIsHandedOverAfterStop } from './nothing-is-handed-over-after-stop.ts';
import { randomReceivers } from './random-receivers.ts';
import { settlesAfterTheReceiverStopped } from './settles-after-the-receiver-stopped.ts';
import { theLogIsQuietInNormalUse } from './the-log-is-quiet-in-normal-use.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Open, close, start, stop, and what they leave behind. */
export const LIFE_CASES: readonly TransportCase[] = [
  opensClosesOpensAgain,
  stopAtAnyTime,
  noHandlerStartsAfterStop,
  unstartedComeBackAtOnce,
  theProcessEndsByItself,
  randomStartsAndStops,
  sendOnlyOpensNoReceiver,
  aFailedOpenCanBeRetried,
  anAbortedOpenGivesUp,
  closeTwiceIsOneClose,
  closeWithoutOpen,
  nothingIsHandedOverAfterStop,
  randomReceivers,
  settlesAfterTheReceiverStopped,
  theLogIsQuietInNormalUse,
];
