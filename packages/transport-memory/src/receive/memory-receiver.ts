import type { IReceiver, ITransportDelivery, ReceiverState, Timer } from '@waybill/core/transport';
import type { Place } from '../broker/place.ts';
import { MemoryDelivery } from './memory-delivery.ts';
import type { MemorySettler } from './memory-delivery.ts';
import type { SettlingParts } from './memory-settler.ts';
import { Settling } from './memory-settler.ts';

/** stopped ─start→ receiving ⇄ paused ; either ─stop→ stopped. */
export class MemoryReceiver implements IReceiver {
  readonly #parts: SettlingParts;
  readonly #onDelivery: (delivery: ITransportDelivery) => void;
  readonly #unsettled = new Set<MemoryDelivery>();
  readonly #settler: MemorySettler;
  #prefetch: number;
  #state: ReceiverState = 'stopped';
  #pumpScheduled = false;
  #timer: Timer | undefined;

  constructor(parts: SettlingParts, prefetch: number, onDelivery: (delivery: ITransportDelivery) => void) {
    this.#parts = parts;
    this.#prefetch = prefetch;
    this.#onDelivery = onDelivery;
    const settling = new Settling(parts);
    this.#settler = {
      attemptOf: (stored) => settling.attemptOf(stored),
      ack: (stored, options) => settling.ack(stored, options),
      release: (stored) => settling.release(stored),
      redeliver: (stored, options) => settling.redeliver(stored, options),
      deadLetter: (stored, options) => settling.deadLetter(stored, options),
      settled: (delivery) => this.#settled(delivery),
    };
  }

  get place(): Place {
    return this.#parts.place;
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
    this.wake();
  }

  /** Something may be taken: looks for it in a microtask of its own. */
  wake(): void {
    if (this.#pumpScheduled || this.#state !== 'receiving') return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }

  /** The transport closes: nothing more is taken, and what is unsettled is lost. */
  abandon(): number {
    this.#halt('stopped');
    return this.lose('the transport was closed');
  }

  /** What is unsettled can no longer be settled here; it comes again. Returns how many. */
  lose(reason: string, endpoint: string = this.#parts.place.name): number {
    if (endpoint !== this.#parts.place.name) return 0;
    const lost = Array.from(this.#unsettled);
    this.#unsettled.clear();
    for (const delivery of lost) delivery.lose(reason);
    this.#parts.place.giveBackAll(lost.map(({ stored }) => stored));
    this.wake();
    this.#armTimer();
    return lost.length;
  }

  #settled(delivery: MemoryDelivery): void {
    this.#unsettled.delete(delivery);
    this.wake();
  }

  #receive(): void {
    this.#state = 'receiving';
    this.#parts.place.join(this);
    this.wake();
  }

  #halt(state: ReceiverState): void {
    this.#state = state;
    this.#parts.place.leave(this);
    this.#armTimer();
  }

  #pump(): void {
    const { place, runtime } = this.#parts;
    while (this.#state === 'receiving' && this.#unsettled.size < this.#prefetch) {
      const now = runtime.now();
      const stored = place.take(this, now);
      if (stored === undefined) break;
      const delivery = new MemoryDelivery(stored, this.#settler, now);
      this.#unsettled.add(delivery);
      this.#onDelivery(delivery);
    }
    this.#armTimer();
  }

  /** Wakes up when the next delayed message is due, or when the oldest delivery has been held for as long as the lock allows. */
  #armTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { place, runtime } = this.#parts;
    const due = this.#state === 'receiving' ? (place.nextDue() ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const next = Math.min(due, this.#lockEnd());
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = runtime.setTimer(Math.max(1, next - runtime.now()), () => {
      this.#loseOverdue();
      this.wake();
      this.#armTimer();
    });
  }

  #lockEnd(): number {
    const [oldest] = this.#unsettled;
    const lock = this.#parts.broker.nature.capabilities.lock;
    return oldest === undefined || lock === undefined ? Number.POSITIVE_INFINITY : oldest.takenAt + lock.maxMs;
  }

  #loseOverdue(): void {
    const { place, runtime } = this.#parts;
    for (let [oldest] = this.#unsettled; oldest !== undefined && this.#lockEnd() <= runtime.now(); [oldest] = this.#unsettled) {
      this.#unsettled.delete(oldest);
      oldest.lose('it was held for longer than the lock can be renewed');
      place.giveBackAll([oldest.stored]);
    }
  }
}
