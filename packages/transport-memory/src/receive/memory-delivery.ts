import type {
  AckOptions,
  DeadLetterOptions,
  ITransportDelivery,
  RedeliverOptions,
  SettleResult,
  TransportMessage,
} from '@waybill/core/transport';
import type { StoredMessage } from '../broker/stored-message.ts';

/** Carries out the verbs of a delivery. A verb that throws took no effect. */
export interface MemorySettler {
  /** What the broker tells of earlier arrivals. */
  attemptOf(stored: StoredMessage): number | undefined;
  ack(stored: StoredMessage, options: AckOptions | undefined): void;
  release(stored: StoredMessage): void;
  redeliver(stored: StoredMessage, options: RedeliverOptions): void;
  deadLetter(stored: StoredMessage, options: DeadLetterOptions): void;
  /** Called once, when the delivery is settled. */
  settled(delivery: MemoryDelivery): SettleResult;
}

/** One arrival of a stored message. */
export class MemoryDelivery implements ITransportDelivery {
  readonly message: TransportMessage;
  readonly attempt: number | undefined;
  readonly stored: StoredMessage;
  /** Its place among those that are unsettled. */
  index: number = 0;
  readonly #settler: MemorySettler;
  /** Made when it is asked for, or aborts: most are not. */
  #lost: AbortController | undefined;

  constructor(stored: StoredMessage, message: TransportMessage, settler: MemorySettler) {
    this.message = message;
    this.attempt = settler.attemptOf(stored);
    this.stored = stored;
    this.#settler = settler;
  }

  get nativeId(): string {
    return this.stored.nativeId;
  }

  get lane(): string | undefined {
    return this.stored.lane;
  }

  get lost(): AbortSignal {
    return (this.#lost ??= new AbortController()).signal;
  }

  get isLost(): boolean {
    return this.#lost !== undefined && this.#lost.signal.aborted;
  }

  /** The right to settle is gone. */
  lose(reason: string): void {
    (this.#lost ??= new AbortController()).abort(new Error(reason));
  }

  ack(options?: AckOptions): SettleResult {
    if (this.isLost) return 'lost';
    this.#settler.ack(this.stored, options);
    return this.#settler.settled(this);
  }
  release(): SettleResult {
    if (this.isLost) return 'lost';
    this.#settler.release(this.stored);
    return this.#settler.settled(this);
  }
  redeliver(options: RedeliverOptions): SettleResult {
    if (this.isLost) return 'lost';
    this.#settler.redeliver(this.stored, options);
    return this.#settler.settled(this);
  }
  deadLetter(options: DeadLetterOptions): SettleResult {
    if (this.isLost) return 'lost';
    this.#settler.deadLetter(this.stored, options);
    return this.#settler.settled(this);
  }
}
