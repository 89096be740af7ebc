import type { RouteRule } from '../routing/route-table.ts';
import type { TopologyPlan } from '../transport/topology.ts';
import type { LaneWait, TransportCapabilities } from '../transport/transport-capabilities.ts';
import type { ContractKind } from '../messages/contract.ts';
import type { Provisioning } from './topology-keeper.ts';

/** One step of a pipeline, in words. */
export interface StepDescription {
  readonly name: string;
  readonly description: string;
}

/** A contract that a bus handles, sends or publishes. */
export interface ContractDescription {
  readonly name: string;
  readonly kind: ContractKind;
  readonly version: number;
  readonly hasReply: boolean;
  /** True where messages are checked against a schema. */
  readonly validated: boolean;
}

/** One handler of an endpoint. */
export interface HandlerDescription {
  readonly id: string;
  readonly contract: ContractDescription;
  /** `function`, or the class and its method. */
  readonly target: string;
  /** Milliseconds; `undefined` where it may take as long as it wants. */
  readonly timeoutMs: number | undefined;
}

/** What happens at an endpoint to a message whose handler failed. */
export interface RecoveryDescription {
  readonly retries: number;
  readonly redeliveryDelaysMs: readonly number[];
  readonly jitter: number;
  /** How many rules decide by the error. */
  readonly rules: number;
}

/** One endpoint, with everything filled in. */
export interface EndpointDescription {
  readonly name: string;
  /** Its name at the broker, before the transport maps it. */
  readonly entity: string;
  readonly handlers: readonly HandlerDescription[];
  readonly concurrency: number;
  readonly prefetch: number;
  /** What a lane does while one of its messages waits; `undefined` where there are no lanes. */
  readonly ordered: LaneWait | undefined;
  readonly passive: boolean;
  readonly onUnknown: 'skip' | 'dead-letter' | 'discard';
  readonly recovery: RecoveryDescription;
  /** The incoming steps, outermost first. */
  readonly steps: readonly StepDescription[];
  /** What the transport can do here. */
  readonly capabilities: TransportCapabilities;
}

/** Where messages of one contract go, and why. */
export interface RouteDescription {
  readonly contract: ContractDescription;
  readonly destination: { readonly kind: 'endpoint' | 'topic'; readonly name: string };
  /** The rule that chose the destination. */
  readonly rule: RouteRule;
}

/** The store of a bus. */
export interface StoreDescription {
  readonly name: string;
  readonly durable: boolean;
  /** Under which its rows and keys stand. */
  readonly scope: string;
  /** True where this process sends what stands in the outbox. */
  readonly relays: boolean;
  /** For so long the inbox remembers. */
  readonly inboxWindowMs: number;
}

/** A bus as frozen data: what `describeBus` gives. Holds no secret, no function and nothing that changes. */
export interface BusDescription {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly transport: string;
  readonly capabilities: TransportCapabilities;
  readonly provisioning: Provisioning;
  /** `undefined` without one. */
  readonly store: StoreDescription | undefined;
  readonly publishTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly endpoints: readonly EndpointDescription[];
  /** The outgoing steps, outermost first. */
  readonly outgoingSteps: readonly StepDescription[];
  /** Of everything that the bus handles, routes, or lists in `sends` and `publishes`. What is sent unlisted is not known. */
  readonly routes: readonly RouteDescription[];
  /** What the broker must hold. */
  readonly topology: TopologyPlan;
  /** All of it for people; not among the enumerable properties. */
  readonly text: string;
  /** A drawing of contracts, topics and endpoints in the language of Mermaid; not among the enumerable properties. */
  readonly mermaid: string;
}

/** A description before its two printed forms are added. */
export type DescribedFacts = Omit<BusDescription, 'text' | 'mermaid'>;
