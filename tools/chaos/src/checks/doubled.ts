import { type Books, handledAt, type Message, type StruckFault, type Visit } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** So long after it ended a fault can still make itself felt: missed heartbeats, and the time until a connection stands again. */
const AFTERMATH_MS = 15_000;

/** How often handlers did the work of a message once more at the same endpoint. */
export function doubledIn({ messages }: Books): number {
  let count = 0;
  for (const message of messages.values()) for (const at of message.to) count += Math.max(0, handledAt(message, at).length - 1);
  return count;
}

/**
 * A message comes twice because it was sent twice; because its acknowledgement was lost; or because it was copied, for a redelivery or a trial,
 * and the acknowledgement of its original was lost: then there are two with one id, for as long as both wait. So there was a fault that
 * struck consumers or the broker after it was sent, and before it came again. What comes twice without any of this is a breach.
 */
export function doubledForNoReason(books: Books): readonly Problem[] {
  const faults = books.faults.filter(({ hit, on }) => hit && (on.length === 0 || on.some((slot) => slot.startsWith('consumer-'))));
  const breaches: string[] = [];
  for (const message of books.messages.values()) {
    for (const at of message.to) breaches.push(...unexplained(message, handledAt(message, at), faults));
  }
  return problemOf('What is handled twice was sent twice, or a fault struck its consumers in between.', breaches);
}

/** Each run after the first is of a further send, or follows a fault. */
function unexplained({ id, sends }: Message, runs: readonly Visit[], faults: readonly StruckFault[]): readonly string[] {
  const sentAt = Math.min(...sends.map(({ from }) => from));
  const odd = runs.slice(1).filter((next) => !faults.some(({ from, until }) => from <= next.from && until + AFTERMATH_MS >= sentAt));
  return odd.slice(Math.max(0, sends.length - 1)).map(({ at, by }) => `${id} at ${at}: by ${runs[0]?.by ?? 'nobody'}, and again by ${by}`);
}
