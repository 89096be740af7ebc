import { connectionsCutAtRandom } from './55-connections-cut-at-random.ts';
import { aHalfOpenConnectionIsNoticed } from './56-a-half-open-connection-is-noticed.ts';
import { theBrokerRestartsInTraffic } from './57-the-broker-restarts-in-traffic.ts';
import { acceptedIsStored } from './58-accepted-is-stored.ts';
import { consumersAreKilled } from './59-consumers-are-killed.ts';
import { aFrozenConsumerComesBack } from './60-a-frozen-consumer-comes-back.ts';
import { aBrokerThatTakesNothing } from './61-a-broker-that-takes-nothing.ts';
import { aConsumerIsCancelled } from './62-a-consumer-is-cancelled.ts';
import { aMessageThatKills } from './63-a-message-that-kills.ts';
import { credentialsAreRevoked } from './64-credentials-are-revoked.ts';
import { anUnknownSendMayBeRepeated } from './an-unknown-send-may-be-repeated.ts';
import { duplicatesCarryTheSameId } from './duplicates-carry-the-same-id.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What survives when something breaks. */
export const FAULTS_CASES: readonly TransportCase[] = [
  connectionsCutAtRandom,
  aHalfOpenConnectionIsNoticed,
  theBrokerRestartsInTraffic,
  acceptedIsStored,
  consumersAreKilled,
  aFrozenConsumerComesBack,
  aBrokerThatTakesNothing,
  aConsumerIsCancelled,
  aMessageThatKills,
  credentialsAreRevoked,
  anUnknownSendMayBeRepeated,
  duplicatesCarryTheSameId,
];
