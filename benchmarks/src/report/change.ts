import type { Unit } from '../row.ts';
import type { RowResult } from '../run-row.ts';
import { signed } from './figure.ts';
import { type Report, sameRow } from './report.ts';

/** A figure that moved by more than this share since the last committed run is marked. */
const MARKED = 0.05;
/** One that got worse by more than this share fails the gate. */
const WORSE = 0.1;

/** `now` beside `before`: how it moved, or `=`, or `new`. */
export function changeText(now: number, before: number | undefined): string {
  if (before === undefined || before === 0) return 'new';
  const share = (now - before) / Math.abs(before);
  return Math.abs(share) <= MARKED ? '=' : `**${signed(share, (part) => `${(part * 100).toFixed(0)} %`)}**`;
}

/**
 * What got worse by more than 10 % since `before`, and in every round than in every round of then: a sentence each. Ratios
 * are compared wherever they were measured; figures without a peer only where both runs are of one machine.
 */
export function worseThan(before: Report | undefined, now: Report): readonly string[] {
  return now.rows.flatMap((row) => {
    const earlier = sameRow(before, row);
    if (earlier === undefined) return [];
    if (row.peers.length === 0)
      return before?.machine === now.machine ? worse(row.title, row.unit, earlier.oursByRound, row.oursByRound) : [];
    return row.peers.flatMap((peer) => {
      const then = earlier.peers.find(({ name }) => name === peer.name)?.againstByRound;
      return worse(`${row.title}, against ${peer.name}`, row.unit, then, peer.againstByRound);
    });
  });
}

function worse(what: string, unit: Unit, before: RowResult['oursByRound'] | undefined, now: RowResult['oursByRound']): readonly string[] {
  if (before === undefined || before.length === 0) return []; // a table from before the rounds were kept
  const sign = unit === 'msg/s' ? -1 : 1; // from here on more is worse
  const best = Math.min(...now.map((one) => one * sign));
  const worst = Math.max(...before.map((one) => one * sign));
  const middle = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] as number;
  const share = ((middle(now) - middle(before)) * sign) / Math.abs(middle(before));
  return best > worst && share > WORSE
    ? [`${what} (${unit}) is worse by ${(share * 100).toFixed(0)} % than in the last committed table`]
    : [];
}
