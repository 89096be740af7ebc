import { deferred } from '../runtime/deferred.ts';
import type { DeadLetterOptions, ITransportDelivery, RedeliverOptions, SettleResult } from '../transport/delivery.ts';
import type { TransportMessage } from '../transport/transport-message.ts';
import type { PushedMessage, PushedOutcome } from './pushed-message.ts';

/** A pushed message with the right to settle it: the first verb is its outcome. */
export class PushedDelivery implements ITransportDelivery {
  readonly message: TransportMessage;
  readonly nativeId: string;
  readonly attempt: number | undefined;
  readonly lane: string | undefined;
  readonly lost: AbortSignal;
  /** Resolves with the first verb; `release` when the right to settle is lost before. */
  readonly outcome: Promise<PushedOutcome>;
  isSettled = false;
  readonly #resolve: (outcome: PushedOutcome) => void;

  constructor({ headers, body, nativeId, attempt }: PushedMessage, lane: string | undefined, lost: AbortSignal) {
    const { promise, resolve } = deferred<PushedOutcome>();
    this.message = { headers, body };
    this.nativeId = nativeId;
    this.attempt = attempt;
    this.lane = lane;
    this.lost = lost;
    this.outcome = promise;
    this.#resolve = resolve;
  }

  get isLost(): boolean {
    return this.lost.aborted;
  }

  ack(): SettleResult {
    return this.#settle({ nativeId: this.nativeId, settle: 'ack' });
  }
  release(): SettleResult {
    return this.#settle({ nativeId: this.nativeId, settle: 'release' });
  }
  redeliver({ delayMs, headers }: RedeliverOptions): SettleResult {
    return this.#settle({ nativeId: this.nativeId, settle: 'redeliver', delayMs, headers });
  }
  deadLetter({ headers }: DeadLetterOptions): SettleResult {
    return this.#settle({ nativeId: this.nativeId, settle: 'dead-letter', headers });
  }

  #settle(outcome: PushedOutcome): SettleResult {
    this.isSettled = true;
    this.#resolve(outcome);
    return 'settled';
  }
}
