/** What happens to a send for which there is no room: it waits, or is refused at once. */
export type PublishOverflow = 'wait' | 'reject';

/** How much may be under way to the broker at once. */
export interface SendLimits {
  /** The most messages without an answer. */
  readonly count: number;
  /** The most bytes of bodies without an answer. */
  readonly bytes: number;
}

/** What is under way to the broker, and who waits for room, first come, first served. One send larger than the limits goes alone. */
export class SendWindow {
  readonly #limits: SendLimits;
  /** Who waits; each is called once, when there is room for it. */
  readonly #waiting = new Set<() => void>();
  #count = 0;
  #bytes = 0;

  constructor(limits: SendLimits) {
    this.#limits = limits;
  }

  /** True when a further send must wait. */
  get isFull(): boolean {
    return this.#waiting.size > 0 || this.#count >= this.#limits.count || this.#bytes >= this.#limits.bytes;
  }

  /** Takes the place of messages that have left. */
  enter(count: number, bytes: number): void {
    this.#count += count;
    this.#bytes += bytes;
  }

  /** Gives that place back. */
  leave(count: number, bytes: number): void {
    this.#count -= count;
    this.#bytes -= bytes;
    this.#admit();
  }

  /** Waits for room; `admitted` is called when there is some. Returns what gives the waiting up. */
  wait(admitted: () => void): () => void {
    this.#waiting.add(admitted);
    return () => {
      this.#waiting.delete(admitted);
      this.#admit();
    };
  }

  #admit(): void {
    for (const admitted of this.#waiting) {
      if (this.#count >= this.#limits.count || this.#bytes >= this.#limits.bytes) return;
      this.#waiting.delete(admitted);
      admitted();
    }
  }
}
