/** What is to be written to the broker for the deliveries of one channel. */
export interface SettlementFrames {
  /** Everything up to this tag is acknowledged, in one frame. */
  readonly ackUpTo: number | undefined;
  /** Acknowledged one by one: something before them is unsettled. */
  readonly acks: readonly number[];
  /** Given back, lowest first: so they stand in their old order where the broker puts them at the end of those given back. */
  readonly releases: readonly number[];
}

const UNSETTLED = 0;
const ACKED = 1;
const DONE = 2;

/**
 * The delivery tags of one channel, and what became of each. Collects settlements, so that many acks leave as one frame.
 * Tags are whole numbers that grow by one with each delivery.
 */
export class Settlements {
  /** By tag, from `#lowest` on. */
  #states: number[] = [];
  #lowest = 1;
  #acked: number[] = [];
  #released: number[] = [];
  #unsettled = 0;

  /** A delivery has come. */
  add(tag: number): void {
    if (this.#states.length === 0) this.#lowest = tag;
    this.#states.push(UNSETTLED);
    this.#unsettled += 1;
  }

  /** How many are neither acknowledged nor given back. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** How many settlements wait to be written. */
  get waiting(): number {
    return this.#acked.length + this.#released.length;
  }

  ack(tag: number): void {
    this.#states[tag - this.#lowest] = ACKED;
    this.#acked.push(tag);
    this.#unsettled -= 1;
  }

  release(tag: number): void {
    this.#states[tag - this.#lowest] = DONE;
    this.#released.push(tag);
    this.#unsettled -= 1;
  }

  /** What is to be written now. The releases must be written first: an ack of all up to a tag would cover them. */
  take(): SettlementFrames {
    const releases = this.#released.length === 0 ? NONE : this.#released.toSorted((a, b) => a - b);
    const ackUpTo = this.#takePrefix();
    const acks = this.#acked.length === 0 ? NONE : this.#acked.filter((tag) => ackUpTo === undefined || tag > ackUpTo);
    for (const tag of acks) this.#states[tag - this.#lowest] = DONE;
    this.#acked = [];
    this.#released = [];
    return { ackUpTo, acks, releases };
  }

  /** Cuts off what is settled at the beginning; the last acknowledged tag in it. */
  #takePrefix(): number | undefined {
    let length = 0;
    let last: number | undefined;
    for (; length < this.#states.length; length += 1) {
      const state = this.#states[length];
      if (state === UNSETTLED) break;
      if (state === ACKED) last = this.#lowest + length;
    }
    if (length === 0) return undefined;
    this.#states = this.#states.slice(length);
    this.#lowest += length;
    return last;
  }
}

const NONE: readonly number[] = Object.freeze([]);
