import type { Books } from '../history/books.ts';
import { slotOf } from '../history/fact.ts';

/** The memory of the processes of one slot. */
export interface MemoryUse {
  readonly slot: string;
  /** The most that any of its processes had, in MiB. */
  readonly maxMb: number;
  /** Growth per minute of the process that lived longest, over the second half of its life, by least squares; in MiB. */
  readonly slopeMbPerMinute: number;
  /** How long that one lived. */
  readonly livedMs: number;
}

interface Sample {
  readonly t: number;
  readonly mb: number;
}

export function memoryUses({ processes }: Books): readonly MemoryUse[] {
  const all = Array.from(processes.values()).filter(({ memory }) => memory.length > 0);
  const slots = new Set(all.map(({ name }) => slotOf(name)));
  return Array.from(slots, (slot) => {
    const lives = all.filter(({ name }) => slotOf(name) === slot);
    const longest = lives.map(({ memory }) => memory).toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? [];
    const maxMb = Math.max(...lives.flatMap(({ memory }) => memory.map(({ mb }) => mb)));
    return { slot, maxMb, slopeMbPerMinute: slopeOf(longest.slice(longest.length >> 1)) * 60_000, livedMs: lengthOf(longest) };
  }).toSorted((a, b) => a.slot.localeCompare(b.slot));
}

function lengthOf(samples: readonly Sample[]): number {
  return (samples.at(-1)?.t ?? 0) - (samples[0]?.t ?? 0);
}

function slopeOf(samples: readonly Sample[]): number {
  const mean = (pick: (one: Sample) => number): number => samples.reduce((sum, one) => sum + pick(one), 0) / samples.length;
  const [t, mb] = [mean((one) => one.t), mean((one) => one.mb)];
  const spread = samples.reduce((sum, one) => sum + (one.t - t) ** 2, 0);
  return spread === 0 ? 0 : samples.reduce((sum, one) => sum + (one.t - t) * (one.mb - mb), 0) / spread;
}
