import type { SendOutcome } from '@waybill/core/transport';

/** Told what became of an entry: the one at that index of a call. */
export interface OutcomeTaker {
  settle(index: number, outcome: SendOutcome): void;
}

/** The outcomes of one call, as they come in. */
export class SendCall implements OutcomeTaker {
  /** Filled out of order. */
  readonly #outcomes: (SendOutcome | undefined)[];
  #open: number;
  #resolve: ((outcomes: readonly SendOutcome[]) => void) | undefined;

  constructor(count: number) {
    this.#open = count;
    this.#outcomes = count === 1 ? [undefined] : Array.from({ length: count });
  }

  /** Notes what became of the entry at that index; the first word counts. */
  settle(index: number, outcome: SendOutcome): void {
    if (this.#outcomes[index] !== undefined) return;
    this.#outcomes[index] = outcome;
    this.#open -= 1;
    if (this.#open === 0) this.#resolve?.(this.#outcomes as readonly SendOutcome[]);
  }

  /** Nothing is known of it yet. */
  isOpen(index: number): boolean {
    return this.#outcomes[index] === undefined;
  }

  /** Ends what is open. */
  settleRest(outcome: SendOutcome): void {
    for (let index = 0; index < this.#outcomes.length; index += 1) this.settle(index, outcome);
  }

  /** All outcomes: at once when they are there. When the signal aborts before, `giveUp` settles what is open. */
  result(signal?: AbortSignal, giveUp?: () => void): readonly SendOutcome[] | Promise<readonly SendOutcome[]> {
    if (this.#open === 0) return this.#outcomes as readonly SendOutcome[];
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (signal === undefined || giveUp === undefined) return;
      signal.addEventListener('abort', giveUp, { once: true });
      const finish = (outcomes: readonly SendOutcome[]): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(outcomes);
      };
      this.#resolve = finish;
    });
  }
}
