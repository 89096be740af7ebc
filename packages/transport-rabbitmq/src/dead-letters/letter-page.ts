import type { DeadLetter, DeadLetterPage } from '@waybill/core/transport';

/** How many letters of a page its cursor remembers at most: where the last is taken meanwhile, the one before it stands for it. */
const REMEMBERED = 50;

/** Cuts a page out of all letters, after the last one of the page before that is still there. */
export class LetterPage {
  readonly #before: ReadonlySet<unknown>;
  readonly #limit: number;

  constructor(after: string | undefined, limit: number) {
    this.#before = new Set(after === undefined ? [] : idsIn(after));
    this.#limit = limit;
  }

  read(all: readonly DeadLetter[], complete: boolean): DeadLetterPage {
    const first = all.findLastIndex(({ id }) => this.#before.has(id)) + 1;
    const letters = all.slice(first, first + this.#limit);
    const hasMore = all.length > first + this.#limit;
    return { letters, cursor: hasMore ? cursorAfter(letters) : undefined, complete };
  }
}

const cursorAfter = (letters: readonly DeadLetter[]): string => JSON.stringify(letters.slice(-REMEMBERED).map(({ id }) => id));

/** The ids in a cursor; none in what is no cursor of ours: then the page begins at the beginning. */
function idsIn(cursor: string): readonly unknown[] {
  try {
    const ids: unknown = JSON.parse(cursor);
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
