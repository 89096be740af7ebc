import { expect, it } from 'vitest';

import { memoryUses } from '../../src/checks/memory.ts';
import { percentilesOf } from '../../src/checks/percentiles.ts';
import { recoveryTimes } from '../../src/checks/recovery-times.ts';
import type { Line } from '../../src/history/fact.ts';
import { booksOf, line, sent, visit } from '../history/story.ts';

const [A, B] = ['consumer-1.1', 'consumer-2.1'];

it('from the kill of a consumer to the next handler of each message that it was handling', () => {
  const lines = [
    ...sent(0, 'c1', ['work']),
    ...sent(0, 'c2', ['work']),
    line(10, A, { kind: 'begun', id: 'c1', at: 'work' }),
    ...visit(10, A, 'c2', 'work', 'handled'),
    line(20, 'chaos', { kind: 'ended', who: A, how: 'killed', code: null, signal: 'SIGKILL' }),
    ...visit(28, B, 'c1', 'work', 'handled'),
    ...visit(30, B, 'c2', 'work', 'handled'),
  ];
  expect(recoveryTimes(booksOf(lines)).redelivered).toEqual({ count: 1, p50: 8, p99: 8, max: 8 });
});

it('from the silence to what the bus says, only where it was connected and noticed it while it lasted', () => {
  const hole = (on: string, from: number, until: number): Line =>
    line(until, 'chaos', { kind: 'fault', fault: 'black-hole', on: [on], hit: true, from, until });
  const lines = [
    line(0, A, { kind: 'connection', status: 'connected' }),
    line(106, A, { kind: 'connection', status: 'reconnecting' }),
    hole('consumer-1', 100, 110),
    hole('consumer-1', 120, 125), // it was not connected
    line(0, B, { kind: 'connection', status: 'connected' }),
    line(900, B, { kind: 'connection', status: 'reconnecting' }),
    hole('consumer-2', 100, 800), // what it lost later, it lost for another reason
  ];
  expect(recoveryTimes(booksOf(lines)).noticed).toEqual({ count: 1, p50: 6, p99: 6, max: 6 });
});

it('from the return of the broker to the first message, and to the connection of each that had lost it', () => {
  const lines = [
    ...[A, B].map((by) => line(0, by, { kind: 'connection', status: 'reconnecting' })),
    line(100, 'chaos', { kind: 'back', of: 'broker' }),
    line(107, A, { kind: 'connection', status: 'connected' }),
    line(130, B, { kind: 'connection', status: 'connected' }),
    ...sent(90, 'c1', ['work']),
    ...visit(112, A, 'c1', 'work', 'handled'),
    ...visit(140, B, 'c1', 'work', 'handled'),
  ];
  const { firstMessage, reconnected } = recoveryTimes(booksOf(lines));
  expect(firstMessage).toEqual({ count: 1, p50: 12, p99: 12, max: 12 });
  expect(reconnected).toEqual({ count: 2, p50: 7, p99: 30, max: 30 });
});

it('percentiles are times that were measured', () => {
  const times = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentilesOf(times)).toEqual({ count: 200, p50: 100, p99: 198, max: 200 });
  expect(percentilesOf([])).toEqual({ count: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN });
});

it('memory grows as the longest life of a slot does in its second half', () => {
  const life = (by: string, length: number, mb: (second: number) => number): readonly Line[] =>
    Array.from({ length }, (_, second) => line(second * 1_000, by, { kind: 'memory', mb: mb(second) }));
  const lines = [...life(A, 3, () => 300), ...life('consumer-1.2', 120, (second) => (second < 60 ? second * 10 : 600 + (second - 60)))];
  const [use] = memoryUses(booksOf(lines));
  expect(use).toMatchObject({ slot: 'consumer-1', maxMb: 659, livedMs: 119_000 });
  expect(use?.slopeMbPerMinute).toBeCloseTo(60, 6);
});
