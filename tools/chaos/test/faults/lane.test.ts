import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { seededRandom } from '@waybill/simulation';
import { expect, it } from 'vitest';

import type { ChaosFault, Strike } from '../../src/faults/chaos-fault.ts';
import { Deck } from '../../src/faults/deck.ts';
import { runLane } from '../../src/faults/lane.ts';
import { Monitor } from '../../src/monitor.ts';

const RUNNING = new AbortController().signal;
const OVER = 0;

const fault = (kind: string, strike: () => Promise<Strike | undefined>): ChaosFault => ({ kind, strike });
const hit = (kind: string): ChaosFault => fault(kind, async () => ({ on: [], hit: true }));

/** The faults that a lane told of, when the time was over from the beginning. */
async function told(faults: readonly ChaosFault[], ending: AbortSignal = RUNNING): Promise<readonly string[]> {
  const monitor = new Monitor(mkdtempSync(join(tmpdir(), 'waybill-chaos-test-')));
  await runLane({ faults, random: seededRandom(1), pauseMs: 0 }, OVER, monitor, ending);
  monitor.refresh();
  return monitor.books.faults.map(({ fault: kind, hit: isHit }) => `${kind} ${isHit ? 'hit' : 'missed'}`).toSorted();
}

it('deals every kind before it deals one again, in an order that its seed repeats', () => {
  const deal = (seed: number): readonly (string | undefined)[] => {
    const deck = new Deck([hit('a'), hit('b'), hit('c')], seededRandom(seed));
    return Array.from({ length: 9 }, () => deck.next(() => true)?.kind);
  };
  for (const from of [0, 3, 6]) expect(new Set(deal(1).slice(from, from + 3))).toEqual(new Set(['a', 'b', 'c']));
  expect(deal(1)).toEqual(deal(1));
  expect(deal(1)).not.toEqual(deal(2));
});

it('every kind has its turn, also when the time is over', async () => {
  expect(await told([hit('a'), hit('b')])).toEqual(['a hit', 'b hit']);
});

it('what hit nothing is asked for again, and given up in the end; nothing of it counts as happened', async () => {
  let misses = 2;
  const late = fault('late', async () => ({ on: [], hit: (misses -= 1) < 0 }));
  expect(await told([late])).toEqual(['late hit', 'late missed', 'late missed']);
  expect(await told([fault('never', async () => ({ on: [], hit: false }))])).toEqual(Array.from({ length: 10 }, () => 'never missed'));
});

it('waits while there is nothing to strike, and was not asked', async () => {
  let absent = 2;
  expect(await told([fault('shy', async () => ((absent -= 1) < 0 ? { on: [], hit: true } : undefined))])).toEqual(['shy hit']);
});

it('strikes no more when the run is to end', async () => {
  expect(await told([hit('a')], AbortSignal.abort())).toEqual([]);
});
