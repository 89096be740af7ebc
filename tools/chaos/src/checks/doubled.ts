import { type Books, handledAt, type Message, strikes, type StruckFault, type Visit } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** So long after it ended a fault can still make itself felt: missed heartbeats, and the time until a connection stands again. */
const AFTERMATH_MS = 15_000;
/** So long before a fault an acknowledgement may still be on its way. */
const ON_ITS_WAY_MS = 2_000;

/** How often handlers did the work of a message once more at the same endpoint. */
export function doubledIn({ messages }: Books): number {
  let count = 0;
  for (const message of messages.values()) for (const at of message.to) count += Math.max(0, handledAt(message, at).length - 1);
  return count;
}

/**
 * A message comes twice because it was sent twice, or because its acknowledgement was lost: a fault struck the process that handled it, or
 * that process ended. What comes twice without any of this is a breach.
 */
export function doubledForNoReason(books: Books): readonly Problem[] {
  const breaches: string[] = [];
  for (const message of books.messages.values()) {
    for (const at of message.to) breaches.push(...unexplained(message, handledAt(message, at), books));
  }
  return problemOf('What is handled twice was sent twice, or a fault struck whoever handled it first.', breaches);
}

/** Each run after the first is of a further send, or follows one that was interrupted. */
function unexplained({ id, sends }: Message, runs: readonly Visit[], books: Books): readonly string[] {
  const odd = runs.slice(1).flatMap((next, index) => {
    const first = runs[index] as Visit;
    return isInterrupted(first, next, books)
      ? []
      : [`${id} at ${next.at}: ${first.by}, and ${Math.round(next.from - (first.until as number))} ms later ${next.by}`];
  });
  return odd.slice(Math.max(0, sends.length - 1));
}

/** Something struck the first between its end and the beginning of the next. */
function isInterrupted(first: Visit, next: Visit, { faults, processes }: Books): boolean {
  const from = first.until as number;
  const until = Math.max(next.from, from);
  const ended = processes.get(first.by)?.ended?.t;
  if (ended !== undefined && ended >= from - ON_ITS_WAY_MS && ended <= until + ON_ITS_WAY_MS) return true;
  return faults.some((fault) => strikes(fault, first.by) && overlaps(fault, from, until));
}

function overlaps({ from, until }: StruckFault, begin: number, end: number): boolean {
  return from <= end && until + AFTERMATH_MS >= begin;
}
