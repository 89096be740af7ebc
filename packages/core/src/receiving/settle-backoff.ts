import type { Runtime } from '../runtime/runtime.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * The pauses of one endpoint before it gives back what it could not settle, so that a broker in trouble, or a message that
 * nobody takes, is not asked again and again without a breath. They grow with each failure, and begin anew after a success.
 */
export class SettleBackoff {
  readonly #runtime: Runtime;
  #failures = 0;
  #failedAt: number | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** When settling failed last; epoch milliseconds. */
  get failedAt(): number | undefined {
    return this.#failedAt;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Resolves when the pause is over, or as soon as one of the signals aborts. */
  async pause(signals: readonly AbortSignal[]): Promise<void> {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#failedAt = this.#runtime.now();
    await this.#runtime.sleep(pauseMs, AbortSignal.any([...signals])).catch(() => undefined);
  }
}
