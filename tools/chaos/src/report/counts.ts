import { blamedIn } from '../checks/dead-letters.ts';
import { doubledIn } from '../checks/doubled.ts';
import { missingIn } from '../checks/lost.ts';
import { type Books, endOf, handledAt } from '../history/books.ts';

/** Messages; those for several endpoints are handled, doubled and missing once for each. */
export interface Counts {
  readonly sent: number;
  readonly accepted: number;
  readonly unknown: number;
  readonly rejected: number;
  readonly handled: number;
  readonly doubled: number;
  readonly deadLetters: number;
  /** Of the dead letters: those that were given up as `crashed`, because their processes ended again and again. */
  readonly crashed: number;
  /** Accepted, and neither handled nor where it is to be; lost, when all is over. */
  readonly missing: number;
}

export function countsOf(books: Books): Counts {
  const ends = { accepted: 0, unknown: 0, rejected: 0 };
  let handled = 0;
  let deadLetters = 0;
  for (const message of books.messages.values()) {
    const end = endOf(message);
    if (end !== undefined) ends[end] += 1;
    handled += message.to.filter((at) => handledAt(message, at).length > 0).length;
    deadLetters += message.dead.length;
  }
  const sent = ends.accepted + ends.unknown + ends.rejected;
  return { sent, ...ends, handled, deadLetters, crashed: blamedIn(books), doubled: doubledIn(books), missing: missingIn(books).length };
}
