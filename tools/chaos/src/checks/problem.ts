/** An invariant that does not hold. */
export interface Problem {
  /** The invariant, as a sentence. */
  readonly broken: string;
  readonly count: number;
  /** Some of them, with what is known. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

/** None where there is no breach. */
export function problemOf(broken: string, breaches: readonly string[]): readonly Problem[] {
  return breaches.length === 0 ? [] : [{ broken, count: breaches.length, examples: breaches.slice(0, EXAMPLES) }];
}
