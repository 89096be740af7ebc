import type {
  AckOptions,
  DeadLetterOptions,
  ITransportDelivery,
  RedeliverOptions,
  SettleResult,
  TransportMessage,
} from '@waybill/core/transport';
import { copyMessage } from '../broker-state.ts';
import type { StoredMessage } from '../memory-queue.ts';

/** Carries out the verbs of a delivery. */
export interface MemorySettler {
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
  readonly attempt: number;
  readonly stored: StoredMessage;
  readonly #settler: MemorySettler;
  #lost: AbortController | undefined;
  #isLost = false;

  constructor(stored: StoredMessage, settler: MemorySettler) {
    this.message = copyMessage(stored.message);
    this.attempt = stored.attempts;
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
    if (this.#lost === undefined) {
      this.#lost = new AbortController();
      if (this.#isLost) this.#lost.abort(new Error('the transport was closed'));
    }
    return this.#lost.signal;
  }

  /** The transport is closed: the right to settle is gone. */
  lose(): void {
    this.#isLost = true;
    this.#lost?.abort(new Error('the transport was closed'));
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
    if (this.#isLost) return 'lost';
    verb();
    this.#settler.settled(this);
    return 'settled';
  }
}
