import { DeliveryError } from '../errors/bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { AckOptions, DeadLetterOptions, ITransportDelivery, RedeliverOptions, SettleResult } from './delivery.ts';
import type { TransportMessage } from './transport-message.ts';

/** What watches over the deliveries of one receiver. */
export interface SettlementWatch {
  /** True once the transport is closed: nothing can be settled any more. */
  readonly isOver: boolean;
  /** Told once of each verb that took effect or came too late. */
  onSettled(result: SettleResult, delivery: ITransportDelivery): void;
}

type Verb = 'ack' | 'release' | 'redeliver' | 'deadLetter';

/**
 * A delivery that can be settled exactly once, whatever its adapter and its callers do.
 *
 * open ─verb→ settling ─resolved→ settled (the same verb again: the same answer; another: ALREADY_SETTLED)
 *             settling ─rejected→ open    (nothing took effect; another verb may be called)
 */
export class SettleOnceDelivery implements ITransportDelivery {
  readonly #inner: ITransportDelivery;
  readonly #watcher: SettlementWatch;
  #verb: Verb | undefined;
  #result: MaybePromise<SettleResult> | undefined;

  constructor(inner: ITransportDelivery, watcher: SettlementWatch) {
    this.#inner = inner;
    this.#watcher = watcher;
  }

  get message(): TransportMessage {
    return this.#inner.message;
  }
  get lane(): string | undefined {
    return this.#inner.lane;
  }
  get nativeId(): string {
    return this.#inner.nativeId;
  }
  get attempt(): number | undefined {
    return this.#inner.attempt;
  }
  get lost(): AbortSignal {
    return this.#inner.lost;
  }

  get isLost(): boolean {
    return this.#inner.isLost;
  }

  ack(options?: AckOptions): MaybePromise<SettleResult> {
    return this.#claim('ack') ? this.#settle('ack', options) : this.#again();
  }
  release(): MaybePromise<SettleResult> {
    return this.#claim('release') ? this.#settle('release', undefined) : this.#again();
  }
  redeliver(options: RedeliverOptions): MaybePromise<SettleResult> {
    return this.#claim('redeliver') ? this.#settle('redeliver', options) : this.#again();
  }
  deadLetter(options: DeadLetterOptions): MaybePromise<SettleResult> {
    return this.#claim('deadLetter') ? this.#settle('deadLetter', options) : this.#again();
  }

  /** True for the first verb, false for the same verb again. */
  #claim(verb: Verb): boolean {
    if (this.#verb === undefined) {
      this.#verb = verb;
      return true;
    }
    if (this.#verb === verb) return false;
    throw new DeliveryError(
      'ALREADY_SETTLED',
      `The delivery "${this.nativeId}" was settled by \`${this.#verb}\`; \`${verb}\` has no effect. Settle a delivery once.`,
      { details: { nativeId: this.nativeId, first: this.#verb, second: verb } },
    );
  }

  #again(): MaybePromise<SettleResult> {
    return this.#result as MaybePromise<SettleResult>;
  }

  #settle(verb: Verb, options: AckOptions | RedeliverOptions | DeadLetterOptions | undefined): MaybePromise<SettleResult> {
    const result = this.#begin(verb, options);
    this.#result = isPromise(result) ? this.#settleLater(result) : result;
    return isPromise(result) ? this.#result : this.#done(result);
  }

  /** In a function of its own: closures would cost each settlement that is answered at once. */
  #settleLater(settling: Promise<SettleResult>): Promise<SettleResult> {
    return settling.then(
      (result) => this.#done(result),
      (error: unknown) => this.#reopen(error),
    );
  }

  #begin(verb: Verb, options: AckOptions | RedeliverOptions | DeadLetterOptions | undefined): MaybePromise<SettleResult> {
    try {
      return this.#watcher.isOver || this.#inner.isLost ? 'lost' : this.#inner[verb](options as never);
    } catch (error) {
      return this.#reopen(error);
    }
  }

  #done(result: SettleResult): SettleResult {
    this.#watcher.onSettled(result, this);
    return result;
  }

  #reopen(error: unknown): never {
    this.#verb = undefined;
    throw error;
  }
}
