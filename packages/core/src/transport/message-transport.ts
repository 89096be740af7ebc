import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ITransportDeadLetters } from './dead-letters.ts';
import type { ITransportDelivery } from './delivery.ts';
import type { IReceiver } from './receiver.ts';
import type { IReplyInbox } from './reply-inbox.ts';
import type { EndpointTopology, Topology, TopologyDifference, TopologyPlan, TopologyPruning } from './topology.ts';
import type { TransportCapabilities } from './transport-capabilities.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from './transport-message.ts';

/** Why a broker refuses a connection, where trying again does not help until somebody mends it. */
export type ConnectionProblem =
  /** It does not accept who connects. */
  | 'auth_failed'
  /** It accepts who connects, and not what is to be opened. */
  | 'access_refused'
  /** Certificates: ours, or its own. */
  | 'tls_failed';

/** How the connection of a transport is. */
export type TransportState =
  | { readonly status: 'connected' }
  /** Connected, but the broker takes no messages at the moment (alarm, throttling). */
  | { readonly status: 'blocked'; readonly reason: string }
  /** Not connected; the transport tries again by itself. With a `problem` somebody has to mend it. */
  | { readonly status: 'reconnecting'; readonly reason: string; readonly problem?: ConnectionProblem }
  /** Closed by `close()`, or never opened. */
  | { readonly status: 'closed' };

/** What a transport gets when it is opened. */
export interface OpenOptions {
  /** Clock, timers, ids, logger. The transport takes them from nowhere else. */
  readonly runtime: Runtime;
  /** Gives up opening. After `open` has resolved it means nothing. */
  readonly signal?: AbortSignal;
  /** Told of each change of the connection, with facts for people. Never with secrets. */
  readonly onState: (state: TransportState) => void;
}

/** Options of {@link IMessageTransport.send}. */
export interface SendCallOptions {
  /**
   * Gives up waiting. An adapter that was given several entries answers within a turn of the event loop then: what is accepted is, what is not
   * yet answered is `unknown`, and what has not left is `rejected`, and does not leave any more. The guard aborts it at the publish timeout too.
   */
  readonly signal?: AbortSignal;
  /** The store's transaction that the sends join. Given only where the capability `enlists` is true. */
  readonly transaction?: unknown;
  /** For the guard: who sends it sends no more before it has the outcome, and so waits for room also where others are refused. An adapter ignores it. */
  readonly holdsBack?: boolean;
}

/** Options of {@link IMessageTransport.receive}. */
export interface ReceiveOptions {
  /** The most deliveries that may be unsettled at once. */
  readonly prefetch: number;
  /** True when the receiver writes to nothing that it is given: a transport that keeps messages in this process may then do without copies. */
  readonly immutable?: boolean | undefined;
  /**
   * Told when the endpoint cannot be received from though the connection stands, with a reason for people: its place is gone, or may not be
   * read. The transport tries on, and tells `undefined` when it receives again.
   */
  readonly onFault?: ((reason: string | undefined) => void) | undefined;
}

/** What a transport does to what the broker must hold. */
export interface ITransportTopology {
  /** Translates. Pure: asks nobody, knows no connection, gives the same plan for the same topology. */
  plan(topology: Topology): TopologyPlan;
  /** Compares a plan with the broker; changes nothing. */
  compare(plan: TopologyPlan): Promise<readonly TopologyDifference[]>;
  /**
   * Makes what is missing; what is there with other settings is an error that names entity, setting, wanted and actual value.
   * Idempotent, safe from many processes at once, never deletes. From then on subscriptions collect.
   */
  apply(plan: TopologyPlan): Promise<void>;
  /**
   * Removes what was made for the plan's owner and the plan does not hold, unless it is in use: a queue that holds messages or
   * is read stays as it is. What several buses share stays, and so does everything where the plan has no owner. `dryRun` only
   * tells. Only ever called by an operator. Rejects with `CAPABILITY_NOT_SUPPORTED` where the broker cannot be asked what it holds.
   */
  prune(plan: TopologyPlan, options?: { readonly dryRun?: boolean }): Promise<TopologyPruning>;
}

/**
 * The port to a broker. Push with credit; few verbs, all mandatory; what the broker can do alone is native and lives in
 * the adapter, all else is core's and follows from {@link TransportCapabilities}.
 *
 * Core calls it only through `guardTransport`, which gives every adapter: open once and close once, refusal before open
 * and after close, outcomes in time, settlement exactly once. An adapter writes the happy path.
 */
export interface IMessageTransport<Name extends string = string> {
  /**
   * A short lower-case name for people, logs and telemetry. Core decides nothing by it but whose options an endpoint was given;
   * an adapter whose type says it literally (`IMessageTransport<'abc'>`) makes options of another a compile error.
   */
  readonly name: Name;
  /** What it can do in general. Frozen. */
  readonly capabilities: TransportCapabilities;
  /** What it can do at one endpoint, whose options may change it. Frozen. */
  capabilitiesOf(endpoint: EndpointTopology): TransportCapabilities;

  /**
   * Connects. Rejects when the broker cannot be reached or refuses; a failed open leaves nothing behind and may be tried
   * again. Once open, lost connections heal by themselves. Open after close works.
   */
  open(options: OpenOptions): Promise<void>;
  /** Ends all receivers and connections. Unsettled deliveries become `lost`; the broker delivers them again. Leaves no timer and no socket. */
  close(options?: { readonly signal?: AbortSignal }): Promise<void>;

  readonly topology: ITransportTopology;

  /**
   * Sends. One outcome per entry, at the entry's index; it never throws for what the broker says, and one bad entry harms
   * no other. Entries of one destination and partition key are accepted in order: after one fails, the later ones of that
   * key are rejected as `LANE_BLOCKED`. Answers at once or by a promise; `entries` may be used for other entries once it has answered.
   */
  send(entries: readonly TransportEntry[], options: SendCallOptions): MaybePromise<readonly SendOutcome[]>;
  /** Takes a delayed message back, where `delay.cancel`. `false`: it was delivered, cancelled, or never there. */
  cancel(token: string): Promise<boolean>;

  /**
   * Makes a receiver; nothing is taken before its `start()`. `onDelivery` is synchronous and never throws, and the adapter
   * waits for nothing after it. The adapter renews locks while a delivery is unsettled.
   */
  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver;

  /** Opens a place for replies to this process. `onReply` is synchronous and never throws. */
  replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox>;
  /**
   * True when the text has the form of this transport's reply addresses. Reply addresses come from the wire; what has
   * another form is refused, so that nobody can make a service write to a place of their choice. Pure.
   */
  isReplyAddress(address: string): boolean;

  readonly deadLetters: ITransportDeadLetters;
}
