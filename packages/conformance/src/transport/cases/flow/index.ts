import { reachesTheConcurrencyAndNoMore } from './32-reaches-the-concurrency-and-no-more.ts';
import { theConcurrencyCanBeChanged } from './33-the-concurrency-can-be-changed.ts';
import { neverExceedsThePrefetch } from './34-never-exceeds-the-prefetch.ts';
import { orderPerKey } from './35-order-per-key.ts';
import { orderSurvivesAFailure } from './36-order-survives-a-failure.ts';
import { keysDoNotBlockEachOther } from './37-keys-do-not-block-each-other.ts';
import { aSlowConsumerHoldsNoMore } from './38-a-slow-consumer-holds-no-more.ts';
import { pauseAndResume } from './40-pause-and-resume.ts';
import { aSlowEndpointStarvesNoOther } from './42-a-slow-endpoint-starves-no-other.ts';
import { aChoiceOfWaitThatItHasNot } from './a-choice-of-wait-that-it-has-not.ts';
import { aLaneGoesBackAsAWhole } from './a-lane-goes-back-as-a-whole.ts';
import { aLaneWaitsForRetries } from './a-lane-waits-for-retries.ts';
import { aPauseOutlastsALaneThatGoesBack } from './a-pause-outlasts-a-lane-that-goes-back.ts';
import { anUnsettledLaneComesBackInOrder } from './an-unsettled-lane-comes-back-in-order.ts';
import { oneProcessPerLane } from './one-process-per-lane.ts';
import { thePrefetchCanBeChanged } from './the-prefetch-can-be-changed.ts';
import { withoutAKeyThereIsNoLane } from './without-a-key-there-is-no-lane.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Credit, concurrency, order, lanes. */
export const FLOW_CASES: readonly TransportCase[] = [
  reachesTheConcurrencyAndNoMore,
  theConcurrencyCanBeChanged,
  neverExceedsThePrefetch,
  orderPerKey,
  orderSurvivesAFailure,
  keysDoNotBlockEachOther,
  aSlowConsumerHoldsNoMore,
  pauseAndResume,
  aSlowEndpointStarvesNoOther,
  aChoiceOfWaitThatItHasNot,
  aLaneGoesBackAsAWhole,
  aLaneWaitsForRetries,
  aPauseOutlastsALaneThatGoesBack,
  anUnsettledLaneComesBackInOrder,
  oneProcessPerLane,
  thePrefetchCanBeChanged,
  withoutAKeyThereIsNoLane,
];
