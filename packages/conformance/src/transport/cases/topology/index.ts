import { declaredManyTimes } from './52-declared-many-times.ts';
import { aConflictFailsStart } from './53-a-conflict-fails-start.ts';
import { aMissingRightIsNamed } from './54-a-missing-right-is-named.ts';
import { aPlanIsPure } from './a-plan-is-pure.ts';
import { aTemporaryEndpointGoesWithItsBus } from './a-temporary-endpoint-goes-with-its-bus.ts';
import { namesAreDifferentPlaces } from './names-are-different-places.ts';
import { pruneRemovesWhatIsNotPlanned } from './prune-removes-what-is-not-planned.ts';
import { theTopologyIsAppliedBeforeStart } from './the-topology-is-applied-before-start.ts';
import { unlistedEvents } from './unlisted-events.ts';
import { validateAndAssumeTouchNothing } from './validate-and-assume-touch-nothing.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What a transport declares at its broker. */
export const TOPOLOGY_CASES: readonly TransportCase[] = [
  declaredManyTimes,
  aConflictFailsStart,
  aMissingRightIsNamed,
  aPlanIsPure,
  aTemporaryEndpointGoesWithItsBus,
  namesAreDifferentPlaces,
  pruneRemovesWhatIsNotPlanned,
  theTopologyIsAppliedBeforeStart,
  unlistedEvents,
  validateAndAssumeTouchNothing,
];
