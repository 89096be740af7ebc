import type { IReceiver, ITransportDelivery, ReceiveOptions, ReceiverState, Timer } from '@waybill/core/transport';
import type { Place } from '../broker/place.ts';
import { copyMessage } from '../broker/stored-message.ts';
import { MemoryDelivery } from './memory-delivery.ts';
import type { MemorySettler } from './memory-delivery.ts';
import type { SettlingParts } from './memory-settler.ts';
import { Settling } from './memory-settler.ts';

/** stopped ─start→ receiving ⇄ paused ; either ─stop→ stopped. */
export class MemoryReceiver implements IReceiver {
  readonly #parts: SettlingParts;
  readonly #onDelivery: (delivery: ITransportDelivery) => void;
  /** In no order: each knows its own place. */
  readonly #unsettled: MemoryDelivery[] = [];
  readonly #settler: MemorySettler;
  /** Whoever receives changes nothing of what it is given. */
  readonly #sharesMessages: boolean;
  /** Where deliveries have a lock: those that are unsettled with the time when each was taken, oldest first. Epoch milliseconds. */
  readonly #takenAt: Map<MemoryDelivery, number> | undefined;
  #prefetch: number;
  #state: ReceiverState = 'stopped';
  /** Whether it will be looked for something to take, or is at this moment. */
  #pump: 'idle' | 'scheduled' | 'running' = 'idle';
  #timer: Timer | undefined;

  constructor(parts: SettlingParts, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void) {
    this.#parts = parts;
    this.#prefetch = options.prefetch;
    this.#sharesMessages = options.immutable === true;
    this.#takenAt = parts.broker.nature.capabilities.lock === undefined ? undefined : new Map();
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
    if (this.#pump !== 'idle' || this.#state !== 'receiving') return;
    this.#pump = 'scheduled';
    queueMicrotask(this.#handOverAll);
  }

  /** The transport closes: nothing more is taken, and what is unsettled is lost. */
  abandon(): number {
    this.#halt('stopped');
    return this.lose('the transport was closed');
  }

  /** What is unsettled can no longer be settled here; it comes again. Returns how many. */
  lose(reason: string, endpoint: string = this.#parts.place.name): number {
    if (endpoint !== this.#parts.place.name) return 0;
    const lost = this.#unsettled.splice(0);
    this.#takenAt?.clear();
    for (const delivery of lost) delivery.lose(reason);
    this.#parts.place.giveBackAll(lost.map(({ stored }) => stored));
    this.wake();
    this.#armTimer();
    return lost.length;
  }

  #settled(delivery: MemoryDelivery): 'settled' {
    this.#forget(delivery);
    this.wake();
    return 'settled';
  }

  /** The last takes its place. */
  #forget(delivery: MemoryDelivery): void {
    const { index } = delivery;
    this.#takenAt?.delete(delivery);
    const last = this.#unsettled.pop() as MemoryDelivery;
    if (index === this.#unsettled.length) return;
    this.#unsettled[index] = last;
    last.index = index;
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

  /** Hands over until nothing is to be taken, or the credit is used up. What comes meanwhile is seen by the loop itself. */
  readonly #handOverAll = (): void => {
    const { place, runtime } = this.#parts;
    this.#pump = 'running';
    try {
      while (this.#state === 'receiving' && this.#unsettled.length < this.#prefetch) {
        const stored = place.take(this, runtime);
        if (stored === undefined) break;
        const message = this.#sharesMessages ? stored : copyMessage(stored);
        const delivery = new MemoryDelivery(stored, message, this.#settler);
        this.#takenAt?.set(delivery, runtime.now());
        delivery.index = this.#unsettled.push(delivery) - 1;
        this.#onDelivery(delivery);
      }
    } finally {
      this.#pump = 'idle';
    }
    this.#armTimer();
  };

  /** Wakes up when the next delayed message is due, or when the oldest delivery has been held for as long as the lock allows. */
  #armTimer(): void {
    const { place, runtime } = this.#parts;
    const due = this.#state === 'receiving' ? place.nextDue() : undefined;
    if (due === undefined && this.#timer === undefined && this.#takenAt === undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const next = Math.min(due ?? Number.POSITIVE_INFINITY, this.#lockEnd());
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = runtime.setTimer(Math.max(1, next - runtime.now()), () => {
      this.#loseOverdue();
      this.wake();
      this.#armTimer();
    });
  }

  #lockEnd(): number {
    const oldest = this.#takenAt?.values().next().value;
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest + this.#lockMs;
  }

  get #lockMs(): number {
    return this.#parts.broker.nature.capabilities.lock?.maxMs ?? Number.POSITIVE_INFINITY;
  }

  #loseOverdue(): void {
    const { place, runtime } = this.#parts;
    const latest = runtime.now() - this.#lockMs;
    for (const [overdue, takenAt] of this.#takenAt ?? []) {
      if (takenAt > latest) continue;
      this.#forget(overdue);
      overdue.lose('it was held for longer than the lock can be renewed');
      place.giveBackAll([overdue.stored]);
    }
  }
}
