import { BusError, ConfigurationError } from './bus-error.ts';
import type { ErrorCode } from './error-codes.ts';

/** Gathers all that is wrong with a configuration, so that one error tells it. */
export class ProblemReport {
  readonly #problems: string[] = [];
  readonly #codes = new Set<ErrorCode>();

  add(problems: readonly string[]): void {
    this.#problems.push(...problems);
  }

  /** What `check` gives; what it throws is a problem. */
  collect<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      this.#problems.push(error instanceof Error ? error.message : String(error));
      if (error instanceof BusError) this.#codes.add(error.code);
      return undefined;
    }
  }

  /**
   * Ends well where there is no problem. `what` cannot be built otherwise.
   * @throws ConfigurationError `CONFIGURATION_INVALID`: `details.problems` are the lines of its text, `details.codes` the codes behind them
   */
  assertNone(what: string): void {
    const problems = this.#problems;
    if (problems.length === 0) return;
    const count = problems.length === 1 ? 'for one reason' : `for ${problems.length} reasons`;
    throw new ConfigurationError('CONFIGURATION_INVALID', `${what} cannot be built, ${count}:\n- ${problems.join('\n- ')}`, {
      details: { problems, codes: Array.from(this.#codes) },
    });
  }
}
