import type { SendOutcome } from '@waybill/core/transport';

/** The outcomes of one call, as they come in. */
export class SendCall {
  /** Filled out of order. */
  readonly #outcomes: SendOutcome[] = [];
  #open: number;
  #resolve: ((outcomes: readonly SendOutcome[]) => void) | undefined;

  constructor(count: number) {
    this.#open = count;
  }

  /** Notes what became of the entry at that index; the first word counts. */
  settle(index: number, outcome: SendOutcome): void {
    if (this.#outcomes[index] !== undefined) return;
    this.#outcomes[index] = outcome;
    this.#open -= 1;
    if (this.#open === 0) this.#resolve?.(this.#outcomes);
  }

  /** All outcomes: at once when they are there. */
  result(): readonly SendOutcome[] | Promise<readonly SendOutcome[]> {
    if (this.#open === 0) return this.#outcomes;
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
