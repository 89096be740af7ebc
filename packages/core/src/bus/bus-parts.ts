import type { BusObserver } from '../pipeline/bus-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { ReplyLedger } from '../replies/reply-ledger.ts';
import type { RequestClient } from '../replies/request-client.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { GuardedTransport } from '../transport/guarded-transport.ts';
import type { BusStore } from '../unit-of-work/bus-store.ts';
import type { AmbientWork } from '../pipeline/message-capture.ts';
import type { Ambient } from '../runtime/ambient.ts';
import type { Endpoint } from './endpoint.ts';
import type { FaultSender } from './fault-sender.ts';
import type { Sender } from './sender.ts';
import type { StoreLife } from './store-life.ts';
import type { StatisticsRecorder } from './statistics-recorder.ts';
import type { TopologyKeeper } from './topology-keeper.ts';

/** An endpoint with its steps linked. `name` is the broker's side of it, namespace included. */
export interface LinkedEndpoint extends Endpoint<string> {
  readonly localName: string;
  /** What a temporary endpoint of this bus is told apart by at the broker. */
  readonly instance?: string;
  readonly run: (context: IncomingContext) => MaybePromise<void>;
}

/** What a bus is made of. */
export interface BusParts {
  readonly name: string;
  readonly drainTimeoutMs: number;
  readonly runtime: Runtime;
  readonly transport: GuardedTransport;
  readonly sender: Sender;
  readonly faults: FaultSender;
  readonly keeper: TopologyKeeper;
  /** Tells the observers, where there are some. */
  readonly observe: BusObserver | undefined;
  /** Counts, where that was asked for. */
  readonly statistics: StatisticsRecorder | undefined;
  readonly endpoints: readonly LinkedEndpoint[];
  readonly serializers: SerializerRegistry;
  readonly ledger: ReplyLedger;
  /** Where handlers are found without their context; `undefined` where they are not. */
  readonly ambient: Ambient<AmbientWork> | undefined;
  /** Where units of work are; `undefined` without one. */
  readonly store: BusStore | undefined;
  /** The life of the store, and of what works in it; `undefined` without one. */
  readonly storeLife: StoreLife | undefined;
  /** Makes what asks, anew at each start. */
  readonly requests: () => RequestClient;
}
