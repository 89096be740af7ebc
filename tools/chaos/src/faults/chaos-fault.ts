import type { Slot } from '../processes/slot.ts';

/** What a fault did. */
export interface Strike {
  /** The slots that it struck; none where it struck all. */
  readonly on: readonly string[];
  /** It has met a connection, a process or a broker. */
  readonly hit: boolean;
}

/** Numbers from 0 to 1 that a seed repeats. */
export type Random = () => number;

/** One kind of fault. */
export interface ChaosFault {
  readonly kind: string;
  /** Strikes, waits as long as it lasts, and mends. `undefined`: there is nothing to strike at this moment. */
  readonly strike: (random: Random) => Promise<Strike | undefined>;
}

/** A fault of something that all processes need. */
export function everywhere(kind: string, strike: (random: Random) => Promise<boolean>): ChaosFault {
  return { kind, strike: async (random) => ({ on: [], hit: await strike(random) }) };
}

/** A number from `least` to `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

/** One of the slots that fit and that nobody is at. Chance is asked once, whatever fits. */
export function pick(slots: readonly Slot[], random: Random, fits: (slot: Slot) => boolean): Slot | undefined {
  const chance = random();
  const fitting = slots.filter((slot) => !slot.isBusy && fits(slot));
  return fitting[Math.floor(chance * fitting.length)];
}
