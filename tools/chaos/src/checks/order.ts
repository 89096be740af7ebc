import { type Books, endOf, handledAt, type Message } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** Of one key, what was accepted later begins only after what was accepted earlier is done. What was not accepted has no place in the order. */
export function orderBroken({ messages }: Books): readonly Problem[] {
  const lanes = new Map<string, Message[]>();
  for (const message of messages.values()) {
    if (message.key === undefined || endOf(message) !== 'accepted') continue;
    const lane = lanes.get(message.key);
    if (lane === undefined) lanes.set(message.key, [message]);
    else lane.push(message);
  }
  const breaches = Array.from(lanes.values(), (lane) => breachesIn(lane.toSorted((a, b) => (a.n ?? 0) - (b.n ?? 0)))).flat();
  return problemOf('Messages of one key are handled one after another, in the order in which they were accepted.', breaches);
}

function breachesIn(lane: readonly Message[]): readonly string[] {
  return lane.slice(1).flatMap((later, index) => {
    const earlier = lane[index] as Message;
    return later.to.flatMap((at) => {
      const done = handledAt(earlier, at)[0]?.until;
      const begun = Math.min(...later.visits.filter((visit) => visit.at === at).map(({ from }) => from));
      if (done === undefined || begun >= done) return []; // what is lost is told elsewhere
      return [`${later.id} began at ${at} ${(done - begun).toFixed(1)} ms before ${earlier.id} of the same key was done`];
    });
  });
}
