import { roundTripsBodies } from './01-round-trips-bodies.ts';
import { roundTripsHeaders } from './02-round-trips-headers.ts';
import { headerMapsAreInert } from './03-header-maps-are-inert.ts';
import { deliversEveryMessageOnce } from './04-delivers-every-message-once.ts';
import { fiftyProducersTenReceivers } from './05-fifty-producers-ten-receivers.ts';
import { tooLargeAMessageIsRejected } from './06-too-large-a-message-is-rejected.ts';
import { tooLargeHeadersAreRejected } from './07-too-large-headers-are-rejected.ts';
import { reportsAnUnroutableMessage } from './08-reports-an-unroutable-message.ts';
import { resolvesOnlyAfterAcceptance } from './09-resolves-only-after-acceptance.ts';
import { endsAsUnknownAtTheTimeout } from './10-ends-as-unknown-at-the-timeout.ts';
import { publishAfterStopRejects } from './11-publish-after-stop-rejects.ts';
import { publishBeforeStartRejects } from './12-publish-before-start-rejects.ts';
import { aBatchReportsEachEntry } from './13-a-batch-reports-each-entry.ts';
import { theSameIdTwice } from './14-the-same-id-twice.ts';
import { fanOut } from './15-fan-out.ts';
import { beforeTheFirstSubscription } from './16-before-the-first-subscription.ts';
import { aBrokerSlowerThanItsSenders } from './39-a-broker-slower-than-its-senders.ts';
import { aFailedEntryBlocksItsKey } from './a-failed-entry-blocks-its-key.ts';
import { aMessageWithoutHeadersArrives } from './a-message-without-headers-arrives.ts';
import { aWindowOfDuplicatesIsPerPlace } from './a-window-of-duplicates-is-per-place.ts';
import { anAbortEndsTheWaitForAConfirm } from './an-abort-ends-the-wait-for-a-confirm.ts';
import { idsAndTimesSurvive } from './ids-and-times-survive.ts';
import { moreEntriesThanABatch } from './more-entries-than-a-batch.ts';
import { refusesWhenNotOpen } from './refuses-when-not-open.ts';
import { whatIsSentIsCopied } from './what-is-sent-is-copied.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What becomes of a message that is sent. */
export const SENDING_CASES: readonly TransportCase[] = [
  roundTripsBodies,
  roundTripsHeaders,
  headerMapsAreInert,
  deliversEveryMessageOnce,
  fiftyProducersTenReceivers,
  tooLargeAMessageIsRejected,
  tooLargeHeadersAreRejected,
  reportsAnUnroutableMessage,
  resolvesOnlyAfterAcceptance,
  endsAsUnknownAtTheTimeout,
  publishAfterStopRejects,
  publishBeforeStartRejects,
  aBatchReportsEachEntry,
  theSameIdTwice,
  fanOut,
  beforeTheFirstSubscription,
  aBrokerSlowerThanItsSenders,
  aFailedEntryBlocksItsKey,
  aMessageWithoutHeadersArrives,
  aWindowOfDuplicatesIsPerPlace,
  anAbortEndsTheWaitForAConfirm,
  idsAndTimesSurvive,
  moreEntriesThanABatch,
  refusesWhenNotOpen,
  whatIsSentIsCopied,
];
