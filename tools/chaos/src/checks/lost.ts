import { type Books, endOf, type Message } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** A message that an endpoint was to have, and has not. */
export interface Missing {
  readonly message: Message;
  readonly at: string;
}

/** As {@link missingIn}, without those that are to be dead letters: whether they are is seen in the end. */
export function onTheWay(books: Books): readonly Missing[] {
  return missingIn(books).filter(({ message }) => message.fate === 'handled');
}

/** How often an endpoint has handled a message for the first time. It ends growing when nothing gets on, even where messages come again and again. */
export function handledIn({ messages }: Books): number {
  const endpoints = ({ visits }: Message): number => new Set(visits.filter(({ end }) => end === 'handled').map(({ at }) => at)).size;
  return messages.values().reduce((count, message) => count + endpoints(message), 0);
}

/** Every accepted message that an endpoint has neither handled nor, where that is its fate, in its dead letters. */
export function missingIn({ messages }: Books): readonly Missing[] {
  return Array.from(messages.values())
    .filter((message) => endOf(message) === 'accepted')
    .flatMap((message) => message.to.filter((at) => !hasEnded(message, at)).map((at) => ({ message, at })));
}

/**
 * Whether an endpoint has done with a message what was to be done. Dead letters are looked at in the end. One whose processes ended again
 * and again while they handled it alone is given up as well: an innocent one that was killed so often cannot be told from a guilty one.
 */
function hasEnded(message: Message, at: string): boolean {
  if (message.dead.some((letter) => letter.at === at && letter.reason === 'crashed')) return true;
  return message.fate === 'dead'
    ? message.dead.some((letter) => letter.at === at)
    : message.visits.some((visit) => visit.at === at && visit.end === 'handled');
}

export function lostMessages(books: Books): readonly Problem[] {
  const breaches = missingIn(books).map(({ message: { id, visits, fate }, at }) => {
    const seen = visits.filter((visit) => visit.at === at).map(({ by, end }) => `${by} ${end ?? 'did not end'}`);
    return `${id} at ${at}, which was to be ${fate}: ${seen.join(', ') || 'nobody saw it'}`;
  });
  return problemOf('What was accepted is handled by each endpoint that it is for, or stands in its dead letters.', breaches);
}
