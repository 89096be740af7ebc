import { theClockOfTheStore } from './39-the-clock-of-the-store.ts';
import { oneRelayHasEverything } from './40-one-relay-has-everything.ts';
import { relaysShareEvenly } from './41-relays-share-evenly.ts';
import { moreRelaysThanSlots } from './42-more-relays-than-slots.ts';
import { keepsItsShareWhileRowsAreUnderWay } from './43-keeps-its-share-while-rows-are-under-way.ts';
import { aLeaseThatRanOutFreesItsRows } from './44-a-lease-that-ran-out-frees-its-rows.ts';
import { aFencedRelayChangesNothing } from './45-a-fenced-relay-changes-nothing.ts';
import { leavingFreesAtOnce } from './46-leaving-frees-at-once.ts';
import { whatWasSentIsGone } from './47-what-was-sent-is-gone.ts';
import { anotherTryComesLater } from './48-another-try-comes-later.ts';
import { aHeldRowHoldsItsKey } from './49-a-held-row-holds-its-key.ts';
import { rowsUnderWayAreNotGivenAgain } from './50-rows-under-way-are-not-given-again.ts';
import { noMoreThanAskedFor } from './51-no-more-than-asked-for.ts';
import { oneKeyOneRelay } from './52-one-key-one-relay.ts';
import { leasesAtTheSameMoment } from './53-leases-at-the-same-moment.ts';
import { threeRelaysDrainTenThousand } from './54-three-relays-drain-ten-thousand.ts';
import { relaysThatComeAndGo } from './55-relays-that-come-and-go.ts';
import { scopesNeverMeet } from './56-scopes-never-meet.ts';
import type { StoreCase } from '../../store-case.ts';

/** Slots, leases and fences: what a relay may send, and what becomes of it. */
export const RELAY_CASES: readonly StoreCase[] = [
  theClockOfTheStore,
  oneRelayHasEverything,
  relaysShareEvenly,
  moreRelaysThanSlots,
  keepsItsShareWhileRowsAreUnderWay,
  aLeaseThatRanOutFreesItsRows,
  aFencedRelayChangesNothing,
  leavingFreesAtOnce,
  whatWasSentIsGone,
  anotherTryComesLater,
  aHeldRowHoldsItsKey,
  rowsUnderWayAreNotGivenAgain,
  noMoreThanAskedFor,
  oneKeyOneRelay,
  leasesAtTheSameMoment,
  threeRelaysDrainTenThousand,
  relaysThatComeAndGo,
  scopesNeverMeet,
];
