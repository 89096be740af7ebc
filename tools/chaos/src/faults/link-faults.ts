import { setTimeout as pause } from 'node:timers/promises';

import type { Slot } from '../processes/slot.ts';
import { between, type ChaosFault, pick, type Random } from './chaos-fault.ts';

/** So long a process may have nothing to commit. */
const COMMIT_WITHIN_MS = 2_000;
/** Longer than a statement of the business is waited for. */
const SILENT_MS = [1_000, 15_000] as const;

/** Between one process and the database. */
export function linkFaults(slots: readonly Slot[]): readonly ChaosFault[] {
  const of = (
    kind: string,
    strike: (link: NonNullable<Slot['database']>, random: Random) => Promise<boolean>,
    fits: (slot: Slot) => boolean = () => true,
  ): ChaosFault => ({
    kind,
    strike: async (random) => {
      const slot = pick(slots, random, (one) => one.isUp && (one.database?.proxy.connections.length ?? 0) > 0 && fits(one));
      if (slot?.database === undefined) return undefined;
      return { on: [slot.options.name], hit: await strike(slot.database, random) };
    },
  });
  return [
    of('reset-session', async ({ proxy }) => proxy.reset() > 0),
    of('lose-commit', (link) => link.loseCommit(COMMIT_WITHIN_MS), doesCommit),
    of('silent-session', async ({ proxy }, random) => {
      const fault = proxy.blackHole();
      await pause(between(random, ...SILENT_MS));
      fault.end();
      return fault.hits > 0;
    }),
  ];
}

/** Whoever only relays has single statements, and commits nothing. */
const doesCommit = ({ options }: Slot): boolean => options.role !== 'relay';
