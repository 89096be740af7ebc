import { aLostPartitionIsReadAgain } from './a-lost-partition-is-read-again.ts';
import { eachEndpointHasItsOwnPosition } from './each-endpoint-has-its-own-position.ts';
import { releaseWritesNothing } from './release-writes-nothing.ts';
import { settlesByPosition } from './settles-by-position.ts';
import { theUnsettledSpanIsBounded } from './the-unsettled-span-is-bounded.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What only holds where endpoints read a log, and its counterpart. */
export const LOG_CASES: readonly TransportCase[] = [
  aLostPartitionIsReadAgain,
  eachEndpointHasItsOwnPosition,
  releaseWritesNothing,
  settlesByPosition,
  theUnsettledSpanIsBounded,
];
