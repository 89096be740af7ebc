import type { DeadLetter } from '../transport/dead-letters.ts';
import type { DeadLetterActionOptions, DeadLetterOutcome } from './dead-letters.ts';
import type { LetterPlace } from './letter-listing.ts';

/** How many ids go to the broker in one call. */
const CHUNK_SIZE = 50;

/** What is done to each letter before it is removed. */
export interface LetterAction {
  readonly done: 'returned' | 'discarded';
  readonly act: (letter: DeadLetter) => Promise<void>;
}

/** Takes the letters one after another; one outcome for each id. */
export async function takeLetters(
  ids: readonly string[],
  { letters, name }: LetterPlace,
  action: LetterAction,
  { signal, onProgress }: DeadLetterActionOptions,
): Promise<readonly DeadLetterOutcome[]> {
  const outcomes: DeadLetterOutcome[] = [];
  for (let start = 0; start < ids.length; start += CHUNK_SIZE) {
    const chunk = new Chunk(ids.slice(start, start + CHUNK_SIZE), action, signal);
    if (signal?.aborted !== true) await chunk.take((wanted, act) => letters.take(name, wanted, act));
    for (const outcome of chunk.outcomes()) {
      outcomes.push(outcome);
      tell(onProgress, outcome);
    }
  }
  return outcomes;
}

/** Some letters that are taken in one call. What their act ended with is remembered here: the call tells only one error. */
class Chunk {
  readonly #ids: readonly string[];
  readonly #action: LetterAction;
  readonly #signal: AbortSignal | undefined;
  readonly #acted = new Set<string>();
  readonly #failed = new Map<string, unknown>();
  #removed: ReadonlySet<string> = new Set();
  #error: unknown;
  #interrupted = false;

  constructor(ids: readonly string[], action: LetterAction, signal: AbortSignal | undefined) {
    this.#ids = ids;
    this.#action = action;
    this.#signal = signal;
    this.#interrupted = signal?.aborted === true;
  }

  async take(call: (ids: readonly string[], act: LetterAction['act']) => Promise<readonly string[]>): Promise<void> {
    try {
      this.#removed = new Set(await call(this.#ids, (letter) => this.#act(letter)));
    } catch (error) {
      if (!this.#isOurs(error)) this.#error = error;
      else this.#removed = this.#acted;
    }
  }

  outcomes(): readonly DeadLetterOutcome[] {
    return this.#ids.map((id) => this.#outcomeOf(id));
  }

  async #act(letter: DeadLetter): Promise<void> {
    try {
      this.#signal?.throwIfAborted();
    } catch (error) {
      this.#interrupted = true;
      throw error;
    }
    try {
      await this.#action.act(letter);
      this.#acted.add(letter.id);
    } catch (error) {
      this.#failed.set(letter.id, error);
      throw error;
    }
  }

  /** An error that one of the acts threw, not the broker. */
  #isOurs(error: unknown): boolean {
    return (this.#interrupted && error === this.#signal?.reason) || Array.from(this.#failed.values()).includes(error);
  }

  #outcomeOf(id: string): DeadLetterOutcome {
    if (this.#removed.has(id)) return { id, status: this.#action.done };
    if (this.#failed.has(id)) return { id, status: 'failed', error: this.#failed.get(id) };
    if (this.#error !== undefined) return { id, status: this.#acted.has(id) ? 'unknown' : 'failed', error: this.#error };
    return { id, status: this.#interrupted ? 'untried' : 'gone' };
  }
}

function tell(onProgress: DeadLetterActionOptions['onProgress'], outcome: DeadLetterOutcome): void {
  try {
    onProgress?.(outcome);
  } catch {
    // What a listener throws is its own affair; the letters are not.
  }
}
