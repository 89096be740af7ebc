import { untilAborted } from '../waiting.ts';
import { clockMs } from '../history/fact.ts';
import type { Monitor } from '../monitor.ts';
import { between, type ChaosFault, type Random } from './chaos-fault.ts';
import { Deck } from './deck.ts';

/** What strikes one after another; several lanes strike at the same time. */
export interface Lane {
  readonly faults: readonly ChaosFault[];
  readonly random: Random;
  /** The longest pause between two. */
  readonly pauseMs: number;
}

const NOTHING_THERE_MS = 200;
/** What was asked for so often and never happened is given up, and the report says so. */
const MOST_TRIES = 10;

/** Strikes until the time is over and each kind has happened, or the signal aborts. */
export async function runLane({ faults, random, pauseMs }: Lane, endsAt: number, monitor: Monitor, ending: AbortSignal): Promise<void> {
  const deck = new Deck(faults, random);
  const tries = new Map<string, number>();
  const happened = new Set<string>();
  const isWanted = ({ kind }: ChaosFault): boolean => clockMs() < endsAt || (!happened.has(kind) && (tries.get(kind) ?? 0) < MOST_TRIES);
  for (let fault = deck.next(isWanted); fault !== undefined && !ending.aborted; fault = deck.next(isWanted)) {
    tries.set(fault.kind, (tries.get(fault.kind) ?? 0) + 1);
    if (await strikeOnce(fault, random, monitor, ending)) happened.add(fault.kind);
    await untilAborted(ending, between(random, 0, pauseMs));
  }
}

/** Waits until there is something to strike. Tells whether it was hit. */
async function strikeOnce(fault: ChaosFault, random: Random, monitor: Monitor, ending: AbortSignal): Promise<boolean> {
  while (!ending.aborted) {
    const from = clockMs();
    const strike = await fault.strike(random);
    if (strike !== undefined) {
      monitor.tell({ kind: 'fault', fault: fault.kind, ...strike, from, until: clockMs() });
      return strike.hit;
    }
    await untilAborted(ending, NOTHING_THERE_MS);
  }
  return false;
}
