import type { BusObserver } from '../pipeline/bus-events.ts';
import type { IncomingContext, IncomingSurroundings } from '../pipeline/incoming-context.ts';
import type { RecoveryPolicy } from '../recoverability/recovery-policy.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';
import type { TransportEntry } from '../transport/transport-message.ts';

/** What the spine of one endpoint works with; fixed at start. */
export interface ReceivePlan extends IncomingSurroundings {
  readonly runtime: Runtime;
  readonly recovery: RecoveryPolicy;
  /** What the transport can do at this endpoint. */
  readonly capabilities: TransportCapabilities;
  /** What is done with messages of names that nobody here handles. */
  readonly onUnknown: 'skip' | 'dead-letter' | 'discard';
  /** Where messages of unknown names go. */
  readonly skippedPlace: string;
  /** A part of the loop that is held for longer is reported. Milliseconds. */
  readonly blockedThresholdMs: number;
  /** The incoming steps, linked. */
  readonly run: (context: IncomingContext) => MaybePromise<void>;
  /** Sends what handlers captured. Rejects unless all is accepted. */
  readonly dispatch: (entries: readonly TransportEntry[]) => MaybePromise<void>;
  /** Tells the observers, where there are some. */
  readonly observe: BusObserver | undefined;
  /** Tells of a message that is given up: its requester, or whoever listens for faults. It never rejects. */
  readonly sendFault: (context: IncomingContext, reason: DeadLetterReason, error: unknown) => Promise<void>;
}
