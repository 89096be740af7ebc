import { type Books, endOf } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

export function foreignMessages({ messages }: Books): readonly Problem[] {
  const breaches = Array.from(messages.values())
    .flatMap((message) => message.visits.map((visit) => ({ message, visit })))
    .filter(({ message, visit }) => endOf(message) === undefined || !message.to.includes(visit.at))
    .map(({ message, visit }) => `${message.id} at ${visit.at} by ${visit.by}`);
  return problemOf('Only what was sent is handled, and only where it was sent to.', breaches);
}

export function handledThoughRejected({ messages }: Books): readonly Problem[] {
  const breaches = Array.from(messages.values())
    .filter((message) => endOf(message) === 'rejected' && (message.visits.length > 0 || message.dead.length > 0))
    .map(({ id, visits }) => `${id}: ${visits.map(({ at, by }) => `${by} at ${at}`).join(', ')}`);
  return problemOf('What was rejected is never handled.', breaches);
}
