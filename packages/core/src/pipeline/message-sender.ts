import type { AnyCommand, AnyEvent, AnyRequest, InputOf, ReplyOf } from '../messages/contract.ts';
import type { BatchOptions, BatchOutcome } from './batch.ts';
import type { Duration } from '../runtime/duration.ts';

/** What may be said about one message at the call. */
export interface SendOptions {
  /** The endpoint, for this call; wins over routes and names. Commands only. @default that of the route, else of the name */
  readonly to?: string;
  /** The message id, 1 to 128 characters. Send again with the same id after an unknown outcome. @default a new UUID of version 7 */
  readonly messageId?: string;
  /** The business flow; 1 to 128 characters. @default that of the message being handled */
  readonly correlationId?: string;
  /** Messages of one destination with the same key keep their order. 1 to 128 characters. @default none: no order is kept */
  readonly partitionKey?: string;
  /** Whose message it is; 1 to 128 characters. @default that of the message being handled */
  readonly tenantId?: string;
  /**
   * Not before this long from now. Where the transport has no delay of that length it waits in the outbox, if it is sent in a unit of work
   * or in `bus.transaction`; else it is refused with `CAPABILITY_NOT_SUPPORTED`. @default at once
   */
  readonly delay?: Duration;
  /** Of no use after this long; then it is dead-lettered as `expired` instead of being handled. @default no limit */
  readonly timeToLive?: Duration;
  /** 0 (lowest) to 9. Refused with `CAPABILITY_NOT_SUPPORTED` where the transport has none. @default 0 */
  readonly priority?: number;
  /** The endpoint that is told, by a `Fault`, when the message is given up. @default all that handle `Fault` */
  readonly faultTo?: string;
  /** The user's own headers. Names that begin with `waybill-`, and `__proto__`, `constructor`, `prototype`, are refused. @default none */
  readonly headers?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** In a handler, or in `bus.transaction`: leaves at once, also when that fails later, and keeps its links to the message being handled. @default false */
  readonly detached?: boolean;
  /** Gives up waiting for the broker's answer. @default none: after `publishTimeout` */
  readonly signal?: AbortSignal;
}

/** What may be said about one request at the call. */
export interface RequestOptions extends Omit<SendOptions, 'delay' | 'signal' | 'faultTo' | 'detached'> {
  /** How long to wait for the reply, from the call on; then it is `REQUEST_TIMEOUT`. @default '30s' */
  readonly timeout?: Duration;
  /** Gives up waiting for the reply: `REQUEST_ABORTED`. @default none: after `timeout` */
  readonly signal?: AbortSignal;
}

/** No options given: one object for all calls. */
export const NO_OPTIONS: SendOptions = Object.freeze({});

/** Whoever can send: a bus, and the context of a handler. */
export interface MessageSender {
  /**
   * Sends a command to its one endpoint. On a bus it resolves when the broker has the message; in a handler when it is
   * captured, and it leaves after the handler returned, before the ack; a failed attempt sends nothing. On a bus with a store what is
   * captured is committed with the handler's transaction, and leaves after that, by the outbox.
   * @throws MessageError `UNROUTABLE`, `MESSAGE_INVALID`, `MESSAGE_TOO_LARGE`, `SEND_REJECTED`, `SEND_OUTCOME_UNKNOWN`, …;
   * ConfigurationError `OPTION_INVALID`, `CONTRACT_KIND_MISMATCH`: nothing was sent
   */
  send<C extends AnyCommand>(command: C, message: InputOf<C>, options?: SendOptions): Promise<void>;
  /** Publishes an event to all its subscribers, however many. Resolves and rejects as {@link send}. */
  publish<C extends AnyEvent>(event: C, message: InputOf<C>, options?: Omit<SendOptions, 'to'>): Promise<void>;
  /**
   * Sends several commands, in as few calls to the broker as its batches allow. One outcome per message, in their order; it rejects
   * for none of them: look at the outcomes, or give them to `assertSent`. Those of one partition key keep their order: after one that
   * was not accepted, the later ones of its key are rejected as `LANE_BLOCKED`.
   * @throws ConfigurationError `CONTRACT_KIND_MISMATCH`, `OPTION_INVALID`, `BUS_NOT_STARTED`: nothing was sent
   */
  sendAll<C extends AnyCommand>(
    command: C,
    messages: readonly InputOf<C>[],
    options?: BatchOptions<InputOf<C>>,
  ): Promise<readonly BatchOutcome[]>;
  /** Publishes several events; as {@link sendAll}. */
  publishAll<C extends AnyEvent>(
    event: C,
    messages: readonly InputOf<C>[],
    options?: BatchOptions<InputOf<C>>,
  ): Promise<readonly BatchOutcome[]>;
  /**
   * Asks the endpoint of a query, or of a command with a reply, and resolves with the reply. A request leaves at once, also
   * in a handler; it is never captured. No reply does not mean that nothing was done.
   * @throws MessageError `REQUEST_TIMEOUT`, `REQUEST_ABORTED`, `REQUEST_FAULTED`, `REPLY_INVALID`, and those of {@link send};
   * ConfigurationError `BUS_STOPPED` when the bus stops before the reply has come
   */
  request<C extends AnyRequest>(request: C, message: InputOf<C>, options?: RequestOptions): Promise<ReplyOf<C>>;
}
