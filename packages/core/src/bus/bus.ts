import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import type { OutboxControl } from '../outbox/outbox-control.ts';
import type { PushedMessage, PushedOutcome } from '../receiving/pushed-message.ts';
import type { BusHealth } from './health.ts';
import type { BusStatistics } from './statistics.ts';
import type { MessageSender } from '../pipeline/message-sender.ts';
import type { RegisteredTransaction } from '../pipeline/register.ts';
import type { TransactionContext } from '../unit-of-work/bus-transaction.ts';
import type { BusTopology } from './bus-topology.ts';
import type { ConfigurationProblem, ValidateOptions } from './validate-bus.ts';

/** The states of a bus: `idle ─start→ starting → started ─stop→ stopping → stopped ─start→ …`; a failed start ends in `stopped`. */
export type BusState = 'idle' | 'starting' | 'started' | 'stopping' | 'stopped';

/** One endpoint of a running bus. Settings last until the bus stops. */
export interface EndpointControl {
  readonly name: string;
  readonly paused: boolean;
  /** Handlers that run at this moment. */
  readonly inFlight: number;
  readonly concurrency: number;
  /** How often a handler has held the event loop for longer than `blockedThreshold`, since the start. */
  readonly eventLoopBlocked: number;
  /** Takes nothing more, stays connected; what was taken is handled. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** A higher limit takes effect at once, a lower one as handlers end. @throws ConfigurationError `OPTION_INVALID` */
  setConcurrency(concurrency: number): void;
}

/** Numbers about replies, since the bus was created. */
export interface ReplyCounts {
  /** Requests that wait for their reply at this moment. */
  readonly open: number;
  /** Replies that came and that nobody waited for: late ones, second ones, and those to unknown requests. */
  readonly dropped: number;
  /** Replies of the handlers of this bus that reached nobody: the address was refused, or is gone. */
  readonly unsent: number;
}

/**
 * A bus: sends, publishes, requests, and runs handlers. Messages can be sent between `start()` and `stop()`; before it is
 * `BUS_NOT_STARTED`, after it `BUS_STOPPED`.
 */
export interface Bus extends MessageSender, AsyncDisposable {
  readonly name: string;
  readonly state: BusState;
  readonly replies: ReplyCounts;
  /**
   * What has happened since the bus was created: a frozen snapshot. A meter is given the same values.
   * @throws ConfigurationError `STATISTICS_OFF` unless `telemetry` has `statistics: true` or a meter
   */
  statistics(): BusStatistics;
  /** How the bus, its connection and its endpoints are, with a reason where something is wrong. Asks nobody, and may be called at any time. */
  health(): BusHealth;
  /** For a liveness probe: false once the bus is stopped. A lost connection leaves it true, because a new process would not mend it. */
  isLive(): boolean;
  /** For a readiness probe: true while the bus is started and its connection stands. */
  isReady(): boolean;
  /**
   * Opens the store, where there is one, and the transport, provisions, begins to relay what stands in the outbox, and to receive. A second start is the same start; start after stop works;
   * a failed one leaves nothing open and may be tried again.
   * @throws ConnectionError `TRANSPORT_OPEN_FAILED`; ConfigurationError `TOPOLOGY_DIFFERS`, `TOPOLOGY_REFUSED`, `TOPOLOGY_TIMEOUT` after 60 s of provisioning, `CAPABILITY_NOT_SUPPORTED`, `START_ABORTED`;
   * StoreError `STORE_UNAVAILABLE`, ConfigurationError `STORE_SCHEMA_DIFFERS`
   */
  start(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Stops in two stages. At once: nothing new is taken, no handler starts, what waits goes back to the broker. Then
   * handlers that run may finish, for `drainTimeout`; then, or when `signal` aborts, their signal aborts. They have half
   * of the transport's `stopSlackMs` to end, and what they hold goes back untried; the other half is for closing the
   * transport, which leaves to the broker what a handler still holds. Resolves within `drainTimeout` + `stopSlackMs`, and
   * never rejects for what handlers do. Stop without start is a no-op; stop twice is one stop; stop while starting gives the start up. Of calls
   * that overlap the last wins. A handler that awaits it waits for itself until the drain timeout, and is told of it as
   * `bus.stop-waiting`: call it there without awaiting. Requests that wait for a reply end as `BUS_STOPPED` once the
   * handlers have ended. What they have committed to an outbox has what is left of `drainTimeout`, at most 3 s, to be sent; the rest of it
   * is sent by other processes, or after the next start.
   */
  stop(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * What stands against a start, as data; none where it is an empty list. `createBus` has reported what can be known without a
   * transport; this says what the transport cannot do and, with `connect: true`, how the broker differs from what is needed: what
   * `start()` would refuse, and destinations of `sends` that do not exist. It starts nothing and changes nothing, and waits for a start or stop under way.
   * @throws ConfigurationError `OPTION_INVALID`; the reason of `signal`
   */
  validate(options?: ValidateOptions): Promise<readonly ConfigurationProblem[]>;
  /**
   * Joins a transaction of the store's database that the caller has opened: what `work` sends, by its `context` or by this bus, is in
   * the outbox when it resolves, and leaves when the caller has committed. The caller commits or rolls back. It asks the
   * broker nothing, and works while that is away. Where `work` rejects nothing is added. What is sent with `detached: true` and what is
   * requested leaves at once.
   * @throws what `work` throws, and what the database says: then the transaction cannot be committed; ConfigurationError `STORE_MISSING`,
   * `OPTION_INVALID`, `BUS_NOT_STARTED`, `BUS_STOPPED`
   */
  transaction<Result>(tx: RegisteredTransaction, work: (context: TransactionContext) => Promise<Result> | Result): Promise<Result>;
  /** What it needs of its broker: to print, compare, apply and prune, also before it starts. */
  readonly topology: BusTopology;
  /** @throws EndpointError `ENDPOINT_UNKNOWN`; ConfigurationError `BUS_NOT_STARTED`, `BUS_STOPPED` */
  endpoint(name: string): EndpointControl;
  /**
   * The dead letters of one of its endpoints.
   * @throws EndpointError `ENDPOINT_UNKNOWN`; ConfigurationError `BUS_NOT_STARTED`, `BUS_STOPPED`
   */
  deadLetters(endpoint: string): DeadLetters;
  /**
   * The outbox of its service, for operators. Every call rejects without a store and while the bus is not started:
   * ConfigurationError `STORE_MISSING`, `BUS_NOT_STARTED`, `BUS_STOPPED`; and with what the store throws, StoreError `STORE_UNAVAILABLE`.
   */
  readonly outbox: OutboxControl;
  /**
   * Handles messages that a platform pushed, at a passive endpoint: one outcome per message, in their order, once all are
   * settled. What a handler does makes it never reject. After `signal` has aborted (the platform's time is over) the
   * handlers' signal aborts, and what has no outcome is released.
   * @throws EndpointError `ENDPOINT_UNKNOWN`, `ENDPOINT_NOT_PASSIVE`; ConfigurationError `BUS_NOT_STARTED`, `BUS_STOPPED`
   */
  receive(
    endpoint: string,
    messages: readonly PushedMessage[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly PushedOutcome[]>;
  /** `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
