import { type Books, handledAt, strikes, type Message } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** Only what fails at every attempt is given up, it is given up once, and it is not handled as well. */
export function wrongDeadLetters(books: Books): readonly Problem[] {
  const all = Array.from(books.messages.values());
  const innocent = all
    .filter(({ dead, fate }) => dead.length > 0 && fate !== 'dead')
    .map(({ id, dead }) => `${id} in those of ${dead.join(', ')}`);
  const both = all.filter((message) => message.dead.some((at) => handledAt(message, at).length > 0)).map(({ id }) => id);
  const twice = all
    .filter((message) => copies(message) > 1 && !isExplained(message, books))
    .map((message) => `${message.id}, ${copies(message)} times`);
  return [
    ...problemOf('Only what fails at every attempt becomes a dead letter.', innocent),
    ...problemOf('A dead letter was never handled.', both),
    ...problemOf('A dead letter stands there once, unless it was sent twice or a fault struck whoever gave it up.', twice),
  ];
}

/** How often it stands in the dead letters of one endpoint, at most. */
function copies({ dead }: Message): number {
  return Math.max(0, ...new Set(dead).values().map((at) => dead.filter((other) => other === at).length));
}

function isExplained({ sends, visits }: Message, { faults, processes }: Books): boolean {
  if (sends.length > 1) return true;
  return visits.some(({ by }) => processes.get(by)?.ended?.how === 'killed' || faults.some((fault) => strikes(fault, by)));
}
