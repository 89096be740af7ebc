import type {
  AckOptions,
  DeadLetterOptions,
  IReceiver,
  ITransportDelivery,
  ReceiverState,
  RedeliverOptions,
  Runtime,
  Timer,
} from '@waybill/core/transport';
import { MessageError } from '@waybill/core/transport';
import type { BrokerState, MemoryPlace } from '../broker-state.ts';
import { overlay } from '../broker-state.ts';
import type { StoredMessage } from '../memory-queue.ts';
import type { MemorySender } from '../send/memory-sender.ts';
import type { MemorySettler } from './memory-delivery.ts';
import { MemoryDelivery } from './memory-delivery.ts';

/** What a receiver works with. */
export interface MemoryReceiverParts {
  readonly broker: BrokerState;
  readonly place: MemoryPlace;
  readonly sender: MemorySender;
  readonly runtime: Runtime;
  readonly onDelivery: (delivery: ITransportDelivery) => void;
}

/** stopped ─start→ receiving ⇄ paused ; either ─stop→ stopped. */
export class MemoryReceiver implements IReceiver, MemorySettler {
  readonly #parts: MemoryReceiverParts;
  readonly #unsettled = new Set<MemoryDelivery>();
  readonly #wake = (): void => this.#schedulePump();
  #prefetch: number;
  #state: ReceiverState = 'stopped';
  #pumpScheduled = false;
  #timer: Timer | undefined;

  constructor(parts: MemoryReceiverParts, prefetch: number) {
    this.#parts = parts;
    this.#prefetch = prefetch;
  }

  get state(): ReceiverState {
    return this.#state;
  }

  start(): Promise<void> {
    if (this.#state === 'stopped') this.#receive();
    return Promise.resolve();
  }

  pause(): Promise<void> {
    if (this.#state === 'receiving') this.#halt('paused');
    return Promise.resolve();
  }

  resume(): Promise<void> {
    if (this.#state === 'paused') this.#receive();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#halt('stopped');
    return Promise.resolve();
  }

  setPrefetch(prefetch: number): void {
    this.#prefetch = prefetch;
    this.#schedulePump();
  }

  /** The transport closes: what is unsettled goes back untried, and its owner cannot settle it any more. */
  abandon(): void {
    this.#halt('stopped');
    for (const delivery of this.#unsettled) {
      delivery.lose();
      this.#giveBack(delivery.stored);
    }
    this.#unsettled.clear();
  }

  ack(stored: StoredMessage, options: AckOptions | undefined): void {
    const sends = options?.sends ?? [];
    for (const entry of sends) {
      const refusal = this.#parts.sender.refusalOf(entry);
      if (refusal !== undefined)
        throw new MessageError(
          refusal,
          `"${entry.headers.get('waybill-name')}" was not accepted, so the message that caused it was not settled: ${refusal}.`,
        );
    }
    if (sends.length > 0) this.#parts.sender.send(sends, this.#parts.runtime.now());
    this.#parts.broker.advanceLane(this.#parts.place, stored.lane);
  }

  release(stored: StoredMessage): void {
    this.#giveBack(stored);
  }

  redeliver(stored: StoredMessage, options: RedeliverOptions): void {
    stored.message = { headers: overlay(stored.message.headers, options.headers), body: stored.message.body };
    stored.notBefore = this.#parts.runtime.now() + options.delayMs;
    this.#parts.place.delayed.set(stored.nativeId, stored);
  }

  deadLetter(stored: StoredMessage, options: DeadLetterOptions): void {
    this.#parts.broker.bury(this.#parts.place, stored, options.headers);
  }

  settled(delivery: MemoryDelivery): void {
    this.#unsettled.delete(delivery);
    for (const listener of this.#parts.place.listeners) listener();
  }

  /** Back to its old place, as if it had never been taken; the lane stays its own. */
  #giveBack(stored: StoredMessage): void {
    stored.attempts -= 1;
    this.#parts.place.waiting.add(stored);
    for (const listener of this.#parts.place.listeners) listener();
  }

  #receive(): void {
    this.#state = 'receiving';
    this.#parts.place.listeners.add(this.#wake);
    this.#schedulePump();
  }

  #halt(state: ReceiverState): void {
    this.#state = state;
    this.#parts.place.listeners.delete(this.#wake);
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedulePump(): void {
    if (this.#pumpScheduled || this.#state !== 'receiving') return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { broker, place, runtime, onDelivery } = this.#parts;
    while (this.#state === 'receiving' && this.#unsettled.size < this.#prefetch) {
      const stored = broker.takeNext(place, runtime.now());
      if (stored === undefined) break;
      stored.attempts += 1;
      const delivery = new MemoryDelivery(stored, this);
      this.#unsettled.add(delivery);
      onDelivery(delivery);
    }
    this.#armTimer();
  }

  /** Wakes up when the next delayed message is due. */
  #armTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { place, runtime } = this.#parts;
    if (this.#state !== 'receiving' || place.delayed.size === 0) return;
    let due = Number.POSITIVE_INFINITY;
    for (const { notBefore } of place.delayed.values()) due = Math.min(due, notBefore);
    this.#timer = runtime.setTimer(Math.max(1, due - runtime.now()), this.#wake);
  }
}
