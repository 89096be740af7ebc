import { type Books, type DeadLetter, handledAt, strikes, type Message } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** So often a message comes back before it is tried alone, and may be given up as `crashed`. */
const MAX_CRASHES = 3;

const hasFailed = ({ reason }: DeadLetter): boolean => reason !== 'crashed';
const hasCrashed = ({ reason }: DeadLetter): boolean => reason === 'crashed';

/**
 * Only what fails at every attempt is given up, it is given up once, and it is not handled as well. An innocent one is given up only where
 * chance was against it again and again: faults struck as often as a guilty one would have ended processes.
 */
export function wrongDeadLetters(books: Books): readonly Problem[] {
  const all = Array.from(books.messages.values()).filter(({ dead }) => dead.length > 0);
  const innocent = all
    .filter(({ dead, fate }) => dead.some(hasFailed) && fate !== 'dead')
    .map(({ id, dead }) => `${id} in those of ${dead.map(({ at, reason }) => `${at} as ${reason}`).join(', ')}`);
  const both = all
    .filter((message) => message.dead.some((letter) => hasFailed(letter) && handledAt(message, letter.at).length > 0))
    .map(({ id }) => id);
  const twice = all
    .filter((message) => copies(message) > 1 && !isExplained(message, books))
    .map((message) => `${message.id}, ${copies(message)} times`);
  const blamed = all.filter((message) => message.dead.some(hasCrashed) && faultsSince(message, books) < MAX_CRASHES).map(({ id }) => id);
  return [
    ...problemOf('Only what fails at every attempt becomes a dead letter.', innocent),
    ...problemOf('A dead letter was never handled.', both),
    ...problemOf('A dead letter stands there once, unless it was sent twice or a fault struck whoever gave it up.', twice),
    ...problemOf(`Nothing is given up as crashed before ${MAX_CRASHES} faults have struck.`, blamed),
  ];
}

/** How many were given up for what faults have done to their processes, and not for what their handlers did. */
export function blamedIn({ messages }: Books): number {
  return Array.from(messages.values()).filter(({ dead }) => dead.some(hasCrashed)).length;
}

/** How often it stands in the dead letters of one endpoint, at most. */
function copies({ dead }: Message): number {
  return Math.max(0, ...dead.map(({ at }) => dead.filter((other) => other.at === at).length));
}

function isExplained(message: Message, books: Books): boolean {
  const { sends, visits, relayed } = message;
  const { faults, processes } = books;
  if (sends.length > 1 || (relayed.length > 0 && faultsSince(message, books) > 0)) return true;
  return visits.some(({ by }) => processes.get(by)?.ended?.how === 'killed' || faults.some((fault) => strikes(fault, by)));
}

function faultsSince({ sends }: Message, { faults }: Books): number {
  const sentAt = Math.min(...sends.map(({ from }) => from));
  return faults.filter(({ hit, until }) => hit && until >= sentAt).length;
}
