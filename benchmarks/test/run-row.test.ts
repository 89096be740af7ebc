import { describe, expect, it } from 'vitest';

import { linesOf, type Row } from '../src/row.ts';
import { runRow, samplesOf } from '../src/run-row.ts';

const never = () => Promise.reject(new Error('a process of its own measures'));
const ROW: Row = { title: 'a row', unit: 'ms', ours: never, peers: { one: never, two: never }, targets: [] };

describe('a row', () => {
  it('is measured forth and back in each round', async () => {
    const order: string[] = [];
    await runRow(ROW, 2, (variant, round) => {
      order.push(`${variant} ${round}`);
      return Promise.resolve([1]);
    });
    const once = (round: number) => ['ours', 'one', 'two', 'two', 'one', 'ours'].map((name) => `${name} ${round}`);
    expect(order).toEqual([...once(1), ...once(2)]);
    expect(samplesOf(ROW, 2)).toBe(order.length);
  });

  /** The figures that each variant gives, in the order in which they are asked for. */
  const giving = (figures: Readonly<Record<string, readonly number[]>>) => {
    const rest = new Map(Object.entries(figures).map(([name, all]) => [name, all.slice()]));
    return (variant: string) => Promise.resolve([rest.get(variant)?.shift() as number]);
  };
  const FIGURES = { ours: [10, 20, 30, 30, 100, 100], one: [5, 10, 10, 10, 50, 50], two: [1, 1, 1, 1, 1, 1] };

  it('tells medians over the rounds, of ours, of theirs, and of what lies between them in each round', async () => {
    const results = await runRow(ROW, 3, giving(FIGURES));
    expect(results).toEqual([
      {
        title: 'a row',
        unit: 'ms',
        ours: 30,
        oursByRound: [15, 30, 100],
        peers: [
          { name: 'one', figure: 10, against: 2, againstByRound: [2, 3, 2] },
          { name: 'two', figure: 1, against: 30, againstByRound: [15, 30, 100] },
        ],
      },
    ]);
  });

  it('subtracts where a difference is wanted', async () => {
    const [result] = await runRow({ ...ROW, compare: 'difference' }, 3, giving(FIGURES));
    expect(result?.peers[0]).toMatchObject({ against: 20, againstByRound: [7.5, 20, 50] });
  });

  it('has a result for each line that the same processes measure, each compared in its own way', async () => {
    const row: Row = { ...ROW, compare: 'difference', note: 'of the first', further: [{ title: 'another figure', targets: [] }] };
    const results = await runRow(row, 1, (variant) => Promise.resolve(variant === 'ours' ? [3, 40] : [1, 10]));
    expect(results.map(({ title, ours, peers }) => ({ title, ours, against: peers.map(({ against }) => against) }))).toEqual([
      { title: 'a row', ours: 3, against: [2, 2] },
      { title: 'another figure', ours: 40, against: [4, 4] },
    ]);
    expect(linesOf(row)[1]).toEqual({ title: 'another figure', unit: 'ms', ours: never, peers: row.peers, targets: [] });
  });

  it('fails with the failure of a process', async () => {
    await expect(runRow(ROW, 1, never)).rejects.toThrow('a process of its own measures');
  });
});
