import { expect, it } from 'vitest';
import { REACH_CAP_MS, backoffMs } from '../../src/connection/backoff.ts';

it('doubles from 200 ms up to 30 s, and is never less than half of it', () => {
  expect([1, 2, 3, 7, 8, 9, 1_000].map((attempt) => backoffMs(attempt, 1))).toEqual([200, 400, 800, 12_800, 25_600, 30_000, 30_000]);
  expect([1, 9].map((attempt) => backoffMs(attempt, 0))).toEqual([100, 15_000]);
});

it('ends at 5 s where nobody may answer', () => {
  expect([1, 5, 6, 1_000].map((attempt) => backoffMs(attempt, 1, REACH_CAP_MS))).toEqual([200, 3_200, 5_000, 5_000]);
});
