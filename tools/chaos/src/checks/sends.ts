import { type Books, strikes } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Bounds } from './processes.ts';

/** Every send ends in time, except in a process that stood still. One that never ended is as old as its process. */
export function lateSends({ messages, faults, processes }: Books, { sendMs }: Bounds): readonly Problem[] {
  const frozen = faults.filter(({ fault, on }) => fault.startsWith('freeze-') && on.length > 0);
  const breaches: string[] = [];
  for (const { id, sends } of messages.values()) {
    for (const { by, from, until } of sends) {
      const ended = until ?? processes.get(by)?.ended?.t ?? Number.POSITIVE_INFINITY;
      const stoodStill = frozen.some((fault) => strikes(fault, by) && fault.from <= ended && fault.until >= from);
      if (ended - from > sendMs && !stoodStill) breaches.push(`${id} by ${by}: ${Math.round(ended - from)} ms`);
    }
  }
  return problemOf(`A send ends within ${sendMs} ms, whatever the broker does.`, breaches);
}
