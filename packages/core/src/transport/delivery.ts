import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { TransportEntry, TransportMessage } from './transport-message.ts';

/**
 * How a settlement ended: `settled`, or `lost` when the right to settle was gone before. A lost settlement touched
 * nothing; the broker delivers the message again.
 */
export type SettleResult = 'settled' | 'lost';

/** Options of {@link ITransportDelivery.ack}. */
export interface AckOptions {
  /** Messages to send in one step with the ack. Given only where the capability `ackWithSends` is true. */
  readonly sends?: readonly TransportEntry[];
  /** The store's transaction that the ack joins. Given only where the capability `enlists` is true. */
  readonly transaction?: unknown;
}

/** Options of {@link ITransportDelivery.redeliver}. */
export interface RedeliverOptions {
  /** Milliseconds to wait; not delivered before. One of the endpoint's `redeliveryDelaysMs`, or any, as `delay.steps` says. */
  readonly delayMs: number;
  /** Headers laid over the original ones; the others stay, and so does the body. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Options of {@link ITransportDelivery.deadLetter}. */
export interface DeadLetterOptions {
  /** Headers laid over the original ones (reason, error, origin, attempt); the others stay, and so does the body. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * One arrival of a message, with the right to settle it. It may be the n-th arrival of the same message.
 *
 * Exactly one of the four verbs takes effect, on the channel that delivered. The verbs may answer at once or by a promise.
 * A verb that rejects took no effect: the delivery is still unsettled, and another verb may be called.
 * What an adapter need not do, because the guard around it does: a second call of the same verb, a second verb, a verb after `lost`.
 */
export interface ITransportDelivery {
  /** What has arrived. Fresh for each delivery: what one handler does to it, no later delivery sees. */
  readonly message: TransportMessage;
  /** The id that the broker gave; for logs, and as message id of foreign messages. */
  readonly nativeId: string;
  /** How often the broker has handed the message over, from 1, or `undefined` where it does not count. */
  readonly attempt: number | undefined;
  /** On endpoints with `ordered: true`: the lane. Deliveries of one lane are handed over in order and handled one after another. */
  readonly lane: string | undefined;
  /** Aborts when the right to settle is gone: lock expired, partition revoked, channel closed. */
  readonly lost: AbortSignal;
  /** True once {@link lost} has aborted. Asked of every message, so that an adapter need not make a signal that nobody reads. */
  readonly isLost: boolean;

  /** Done: the message is gone for good. With `sends` or `transaction` the three are one step, or none. */
  ack(options?: AckOptions): MaybePromise<SettleResult>;
  /** Not tried: the message is available again at once, at its old place where the broker keeps one. Does not count as an attempt where the broker can tell. */
  release(): MaybePromise<SettleResult>;
  /** Tried, and to be tried again later. Where this is a copy, the original goes only after the copy was accepted. */
  redeliver(options: RedeliverOptions): MaybePromise<SettleResult>;
  /** Given up: the message moves to the endpoint's dead letters, and leaves the endpoint only after they accepted it. */
  deadLetter(options: DeadLetterOptions): MaybePromise<SettleResult>;
}
