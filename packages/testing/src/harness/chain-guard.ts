import { HEADERS } from '@waybill/core/transport';
import { TestFailure } from '../expecting/test-failure.ts';

/** Messages that caused each other, one after another, while no time passed. More have no end. */
const LONGEST_CHAIN = 1_000;

/** Ends chains of messages that cause each other for ever; without it the event loop would never turn again. */
export class ChainGuard {
  readonly #elapsed: () => number;
  readonly #lengths = new Map<string, { readonly at: number; readonly length: number }>();
  #endless: string | undefined;

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** What is wrong, once it is. */
  get failure(): TestFailure | undefined {
    if (this.#endless === undefined) return undefined;
    return new TestFailure(
      `Messages cause each other without end: after ${LONGEST_CHAIN} in a row, while no time passed, "${this.#endless}" was dropped. Let a handler end the circle, or delay its message.`,
    );
  }

  /** A message is about to leave. True when its chain is too long: then it must not. */
  extend(headers: ReadonlyMap<string, string>): boolean {
    const id = headers.get(HEADERS.id);
    const cause = headers.get(HEADERS.causation);
    if (id === undefined) return false;
    const at = this.#elapsed();
    const before = cause === undefined ? undefined : this.#lengths.get(cause);
    const length = before?.at === at ? before.length + 1 : 0;
    this.#lengths.set(id, { at, length });
    if (length < LONGEST_CHAIN) return false;
    this.#endless ??= headers.get(HEADERS.name) ?? '(no name)';
    return true;
  }
}
