import type { Runtime } from '../runtime/runtime.ts';

/** How many deliveries of an endpoint have failed for good or for now, one after another, with none that went well between. */
export class FailureStreak {
  readonly #runtime: Runtime;
  #inARow = 0;
  #since = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get inARow(): number {
    return this.#inARow;
  }

  /** When the first of them failed; epoch milliseconds. */
  get since(): number {
    return this.#since;
  }

  failed(): void {
    if (this.#inARow === 0) this.#since = this.#runtime.now();
    this.#inARow += 1;
  }

  succeeded(): void {
    this.#inARow = 0;
  }
}
