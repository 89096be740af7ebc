import type {
  AckOptions,
  DeadLetterOptions,
  ITransportDelivery,
  RedeliverOptions,
  SettleResult,
  TransportMessage,
} from '@waybill/core/transport';
import type { StoredMessage } from '../broker/stored-message.ts';
import { copyMessage } from '../broker/stored-message.ts';

/** Carries out the verbs of a delivery. A verb that throws took no effect. */
export interface MemorySettler {
  /** What the broker tells of earlier arrivals. */
  attemptOf(stored: StoredMessage): number | undefined;
  ack(stored: StoredMessage, options: AckOptions | undefined): void;
  release(stored: StoredMessage): void;
  redeliver(stored: StoredMessage, options: RedeliverOptions): void;
  deadLetter(stored: StoredMessage, options: DeadLetterOptions): void;
  /** Called once, when the delivery is settled. */
  settled(delivery: MemoryDelivery): void;
}

/** One arrival of a stored message. */
export class MemoryDelivery implements ITransportDelivery {
  readonly message: TransportMessage;
  readonly attempt: number | undefined;
  readonly stored: StoredMessage;
  readonly takenAt: number;
  readonly #settler: MemorySettler;
  #lost: AbortController | undefined;
  #lostBy: string | undefined;

  constructor(stored: StoredMessage, settler: MemorySettler, now: number) {
    this.message = copyMessage(stored.message);
    this.attempt = settler.attemptOf(stored);
    this.stored = stored;
    this.takenAt = now;
    this.#settler = settler;
  }

  get nativeId(): string {
    return this.stored.nativeId;
  }

  get lane(): string | undefined {
    return this.stored.lane;
  }

  get lost(): AbortSignal {
    if (this.#lost === undefined) {
      this.#lost = new AbortController();
      if (this.#lostBy !== undefined) this.#lost.abort(new Error(this.#lostBy));
    }
    return this.#lost.signal;
  }

  get isLost(): boolean {
    return this.#lostBy !== undefined;
  }

  /** The right to settle is gone. */
  lose(reason: string): void {
    this.#lostBy = reason;
    this.#lost?.abort(new Error(reason));
  }

  ack(options?: AckOptions): SettleResult {
    return this.#settle(() => this.#settler.ack(this.stored, options));
  }
  release(): SettleResult {
    return this.#settle(() => this.#settler.release(this.stored));
  }
  redeliver(options: RedeliverOptions): SettleResult {
    return this.#settle(() => this.#settler.redeliver(this.stored, options));
  }
  deadLetter(options: DeadLetterOptions): SettleResult {
    return this.#settle(() => this.#settler.deadLetter(this.stored, options));
  }

  #settle(verb: () => void): SettleResult {
    if (this.#lostBy !== undefined) return 'lost';
    verb();
    this.#settler.settled(this);
    return 'settled';
  }
}
