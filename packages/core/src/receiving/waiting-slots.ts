import type { Runtime } from '../runtime/runtime.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { DeliveryEnd } from './receive-delivery.ts';

/** Told when the handling of a delivery that has waited for something has ended. */
type OnEnded = (delivery: ITransportDelivery, end: DeliveryEnd) => void;

/** The deliveries of an endpoint whose handling waits for something. What waits for their end is used again: a message costs no task. */
export class WaitingSlots {
  readonly #runtime: Pick<Runtime, 'spawn'>;
  readonly #name: string;
  readonly #onEnded: OnEnded;
  readonly #all: WaitingSlot[] = [];
  readonly #free: WaitingSlot[] = [];

  constructor(name: string, runtime: Pick<Runtime, 'spawn'>, onEnded: OnEnded) {
    this.#name = name;
    this.#runtime = runtime;
    this.#onEnded = onEnded;
  }

  get deliveries(): readonly ITransportDelivery[] {
    return this.#all.map(({ delivery }) => delivery).filter((delivery) => delivery !== undefined);
  }

  /** Waits for the end of a delivery, which never rejects. */
  add(delivery: ITransportDelivery, ending: Promise<DeliveryEnd>): void {
    const slot = this.#free.pop() ?? this.#make();
    slot.delivery = delivery;
    void ending.then(slot.ended);
  }

  #make(): WaitingSlot {
    const slot: WaitingSlot = { delivery: undefined, ended: (end) => this.#ended(slot, end) };
    this.#all.push(slot);
    return slot;
  }

  #ended(slot: WaitingSlot, end: DeliveryEnd): void {
    const delivery = slot.delivery as ITransportDelivery;
    slot.delivery = undefined;
    this.#free.push(slot);
    try {
      this.#onEnded(delivery, end);
    } catch (error) {
      void this.#runtime.spawn(this.#name, () => Promise.reject(error as Error)); // which logs it
    }
  }
}

interface WaitingSlot {
  delivery: ITransportDelivery | undefined;
  readonly ended: (end: DeliveryEnd) => void;
}
