import type { Books, ProcessLife } from '../history/books.ts';
import { type Problem, problemOf } from './problem.ts';

/** What the processes were told, so that it can be checked. */
export interface Bounds {
  /** The most handlers of an endpoint that run at once in a process. */
  readonly concurrency: ReadonlyMap<string, number>;
  /** A `stop()` that takes longer is a breach. */
  readonly stopMs: number;
  /** A send that takes longer, in a process that no fault froze meanwhile, is a breach. */
  readonly sendMs: number;
}

/** No fault of the broker or the network ends a process, or leaves an error in it that nobody handles; it stops in time. */
export function processProblems({ processes }: Books, { concurrency, stopMs }: Bounds): readonly Problem[] {
  const all = Array.from(processes.values());
  const troubles = all.flatMap(({ name, troubles: found }) => found.map((what) => `${name}: ${what}`));
  const ended = all.filter(isBadEnd).map(({ name, ended: end }) => `${name}: code ${end?.code ?? 'none'}, signal ${end?.signal ?? 'none'}`);
  const late = all.filter((life) => (life.stopMs ?? 0) > stopMs).map(({ name, stopMs: took }) => `${name}: ${Math.round(took ?? 0)} ms`);
  const begun = all.filter(({ begunAfterStop }) => begunAfterStop > 0).map(({ name, begunAfterStop }) => `${name}: ${begunAfterStop}`);
  return [
    ...problemOf('No process has an unhandled rejection, a warning or an error that is none of the bus.', troubles),
    ...problemOf('A process ends when it is killed or asked to, then with code 0.', ended),
    ...problemOf(`stop() ends within ${stopMs} ms.`, late),
    ...problemOf('No handler begins after stop() was called.', begun),
    ...problemOf(
      'No more handlers run at once than the concurrency of their endpoint.',
      all.flatMap((life) => crowds(life, concurrency)),
    ),
  ];
}

function isBadEnd({ ended }: ProcessLife): boolean {
  if (ended === undefined || ended.how === 'killed') return false;
  return ended.how === 'itself' || ended.code !== 0;
}

function crowds({ name, running }: ProcessLife, concurrency: ReadonlyMap<string, number>): readonly string[] {
  return Array.from(running)
    .filter(([at, { most }]) => most > (concurrency.get(at) ?? 0))
    .map(([at, { most }]) => `${name}: ${most} at ${at}, of ${concurrency.get(at) ?? 0}`);
}

/** At rest no queue holds anything. */
export function leftOver({ left }: Books): readonly Problem[] {
  const breaches = left.filter(({ messages }) => messages > 0).map(({ queue, messages }) => `${queue}: ${messages}`);
  return problemOf('When all is handled, nothing stands in a queue.', breaches);
}
