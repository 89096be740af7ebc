import { describe, expect, it } from 'vitest';

import { Progress } from '../src/progress.ts';

const rows = [
  { row: { title: 'first', unit: 'ms' }, rounds: 2, samples: 4 },
  { row: { title: 'second', unit: 'msg/s' }, rounds: 3, samples: 100 },
] as const;

describe('progress', () => {
  it('tells row, round, what is measured and how long the rest takes, at first by a guess', () => {
    expect(new Progress(rows).line(0, 1, 'ours')).toBe('row 1/2, round 1/2, 7 min left: first: ours');
  });

  it('judges the rest by what rows of the same unit took', () => {
    const progress = new Progress(rows);
    for (let sample = 0; sample < 4; sample += 1) progress.took(0, 1);
    progress.took(1, 0.5);
    progress.took(1, 1.5);
    expect(progress.line(1, 1, 'a peer')).toBe('row 2/2, round 1/3, 2 min left: second: a peer');
    for (let sample = 2; sample < 99; sample += 1) progress.took(1, 1);
    expect(progress.line(1, 3, 'ours')).toBe('row 2/2, round 3/3, 1 s left: second: ours');
  });
});
