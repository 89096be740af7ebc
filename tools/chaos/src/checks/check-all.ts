import type { Books } from '../history/books.ts';
import { wrongDeadLetters } from './dead-letters.ts';
import { doubledForNoReason } from './doubled.ts';
import { foreignMessages, handledThoughRejected } from './foreign.ts';
import { lostMessages } from './lost.ts';
import { orderBroken } from './order.ts';
import type { Problem } from './problem.ts';
import { type Bounds, leftOver, processProblems } from './processes.ts';
import { lateSends } from './sends.ts';

/** All invariants; none is broken where it is empty. To be asked when all is over. */
export function checkAll(books: Books, bounds: Bounds): readonly Problem[] {
  return [
    ...lostMessages(books),
    ...foreignMessages(books),
    ...handledThoughRejected(books),
    ...doubledForNoReason(books),
    ...orderBroken(books),
    ...wrongDeadLetters(books),
    ...lateSends(books, bounds),
    ...processProblems(books, bounds),
    ...leftOver(books),
  ];
}
