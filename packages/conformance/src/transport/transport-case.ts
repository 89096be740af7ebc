import type { LOG_EVENTS } from '@waybill/core/transport';
import type { Verdict } from '../runner.ts';
import type { CaseHarness } from './case-harness.ts';
import type { FaultKind } from './fault-port.ts';

/** The groups of cases; each is a folder of `cases`. */
export type CaseGroup =
  | 'declaration'
  | 'life'
  | 'sending'
  | 'settling'
  | 'flow'
  | 'delay'
  | 'topology'
  | 'dead-letters'
  | 'replies'
  | 'log'
  | 'faults'
  | 'bus';

/** One behaviour that every transport must show. */
export interface TransportCase {
  /** What holds, as a sentence; the file is named after it. */
  readonly name: string;
  /** Its number among the numbered cases; the file name begins with it. */
  readonly number?: number;
  readonly group: CaseGroup;
  /** Faults that it cannot do without: where the harness has one of them not, the case is `not offered`. */
  readonly needsKill?: readonly FaultKind[];
  /** Log events above `info` that it causes on purpose; any other fails it. */
  readonly logs?: readonly (typeof LOG_EVENTS)[keyof typeof LOG_EVENTS][];
  /** Throws unless the behaviour holds, or its refusal or emulation where the capability is absent. */
  readonly run: (harness: CaseHarness) => Promise<Verdict>;
}
