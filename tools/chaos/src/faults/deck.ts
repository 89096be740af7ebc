import type { ChaosFault, Random } from './chaos-fault.ts';

/** Deals faults: all of them in an order of chance, then all of them in another. */
export class Deck {
  readonly #all: readonly ChaosFault[];
  readonly #random: Random;
  #left: ChaosFault[] = [];

  constructor(all: readonly ChaosFault[], random: Random) {
    this.#all = all;
    this.#random = random;
  }

  /** The next one of those that are wanted. */
  next(isWanted: (fault: ChaosFault) => boolean): ChaosFault | undefined {
    if (!this.#all.some(isWanted)) return undefined;
    for (;;) {
      if (this.#left.length === 0) this.#left = [...this.#all];
      const [dealt] = this.#left.splice(Math.floor(this.#random() * this.#left.length), 1);
      if (dealt !== undefined && isWanted(dealt)) return dealt;
    }
  }
}
