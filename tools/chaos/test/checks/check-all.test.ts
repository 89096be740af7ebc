import { expect, it } from 'vitest';

import { checkAll } from '../../src/checks/check-all.ts';
import { countsOf } from '../../src/report/counts.ts';
import type { Line } from '../../src/history/fact.ts';
import { booksOf, goodRun, line, sent, visit } from '../history/story.ts';

const BOUNDS = { concurrency: new Map(Object.entries({ work: 2, mail: 2, stock: 2, ledger: 2 })), stopMs: 10_000, sendMs: 15_000 };
const A = 'consumer-1.1';

const brokenIn = (lines: readonly Line[]): readonly string[] => checkAll(booksOf(lines), BOUNDS).map(({ broken }) => broken);

/** What becomes of the good run, and the one promise that it then breaks. */
const MUTANTS: readonly (readonly [title: string, mutate: (lines: Line[]) => readonly Line[], broken: string])[] = [
  ['an accepted command is never handled', without('c1', 'begun', 'handled'), 'What was accepted is handled'],
  ['one of the endpoints of an event never has it', withoutAt('e1', 'mail'), 'What was accepted is handled'],
  ['its handler began, and its process was killed, and nobody began again', without('c1', 'handled'), 'What was accepted is handled'],
  ['a dead letter is not where it is to be', without('c4', 'dead'), 'What was accepted is handled'],
  ['a message is handled that nobody sent', and(visit(200, A, 'ghost', 'work', 'handled')), 'Only what was sent is handled'],
  ['a message is handled at an endpoint that it is not for', and(visit(200, A, 'c1', 'mail', 'handled')), 'Only what was sent is handled'],
  ['a rejected message is handled', and(visit(200, A, 'r1', 'work', 'handled')), 'What was rejected is never handled'],
  [
    'a rejected message is a dead letter',
    and([line(200, A, { kind: 'dead', id: 'r1', at: 'work', reason: 'failed' })]),
    'What was rejected is never handled|Only what fails at every attempt',
  ],
  ['a message comes twice for no reason', and(visit(30, A, 'c1', 'work', 'handled')), 'What is handled twice'],
  ['a message comes oftener than it was sent', and(visit(28, A, 'c2', 'work', 'handled')), 'What is handled twice'],
  ['a later one of a key is handled first', (lines) => swapped(lines, 'm1', 'm3'), 'Messages of one key'],
  [
    'two of a key are handled at once',
    (lines) => lines.map((one) => (one.kind === 'begun' && one.id === 'm3' ? { ...one, t: 94.5 } : one)),
    'Messages of one key',
  ],
  [
    'an innocent message is a dead letter',
    and([line(200, A, { kind: 'dead', id: 'u1', at: 'work', reason: 'failed' })]),
    'Only what fails at every attempt',
  ],
  ['a dead letter was handled as well', and(visit(200, A, 'c4', 'work', 'handled')), 'A dead letter was never handled'],
  [
    'a dead letter stands there twice',
    and([line(200, A, { kind: 'dead', id: 'c4', at: 'work', reason: 'failed' })]),
    'A dead letter stands there once',
  ],
  [
    'a send takes too long',
    (lines) => lines.map((one) => (one.kind === 'sent' && one.id === 'c1' ? { ...one, t: 20_000 } : one)),
    'A send ends within',
  ],
  ['a send never ends', without('u1', 'sent'), 'A send ends within'],
  [
    'a rejection that nobody handles',
    and([line(200, A, { kind: 'trouble', what: 'unhandled rejection' })]),
    'No process has an unhandled rejection',
  ],
  [
    'a process ends by itself',
    and([line(99_000, 'chaos', { kind: 'ended', who: A, how: 'itself', code: 0, signal: null })]),
    'A process ends when',
  ],
  [
    'a process ends with an error',
    and([line(99_000, 'chaos', { kind: 'ended', who: A, how: 'asked', code: 1, signal: null })]),
    'A process ends when',
  ],
  ['stop() takes too long', and([line(99_000, A, { kind: 'stopped', ms: 10_001 })]), 'stop() ends within'],
  [
    'a handler begins after stop()',
    and([...sent(200, 'c9', ['work']), ...visit(90_000, A, 'c9', 'work', 'handled')]),
    'No handler begins after',
  ],
  ['too many handlers run at once', and(crowd(3)), 'No more handlers run at once'],
  [
    'a message is given up as crashed before anything struck',
    and([line(99_000, A, { kind: 'dead', id: 'u1', at: 'work', reason: 'crashed' })]),
    'Nothing is given up as crashed',
  ],
  ['something is left in a queue', and([line(99_000, 'chaos', { kind: 'left', queue: 'mail', messages: 1 })]), 'When all is handled'],
];

it('a run that keeps every promise is clean', () => {
  expect(brokenIn(goodRun())).toEqual([]);
  expect(countsOf(booksOf(goodRun()))).toEqual({
    sent: 10,
    accepted: 7,
    unknown: 2,
    rejected: 1,
    handled: 8,
    doubled: 2,
    deadLetters: 1,
    crashed: 0,
    missing: 0,
  });
});

it.each(MUTANTS)('%s', (_title, mutate, broken) => {
  const found = brokenIn(mutate(goodRun()));
  expect(found.map((sentence) => broken.split('|').some((begin) => sentence.startsWith(begin)))).toEqual(broken.split('|').map(() => true));
});

it('counts what is lost once for each endpoint, and names it with those who saw it', () => {
  const books = booksOf(goodRun().filter((one) => !('id' in one) || one.id !== 'e1' || one.kind === 'send' || one.kind === 'sent'));
  const [lost] = checkAll(books, BOUNDS);
  expect(countsOf(books).missing).toBe(2);
  expect(lost?.count).toBe(2);
  expect(lost?.examples).toEqual([
    'e1 at mail, which was to be handled: nobody saw it',
    'e1 at stock, which was to be handled: nobody saw it',
  ]);
});

it('what was given up as crashed, after faults that could have been the blame, is not lost', () => {
  const unhandled = goodRun().filter((one) => !('at' in one && one.id === 'c1'));
  const crashed = line(99_000, A, { kind: 'dead', id: 'c1', at: 'work', reason: 'crashed' });
  const kills = [100, 200].map((at) =>
    line(at, 'chaos', { kind: 'fault', fault: 'kill-consumer', on: ['consumer-2'], hit: true, from: at, until: at }),
  );
  expect(brokenIn([...unhandled, crashed, ...kills])).toEqual([]); // one more has struck in the good run
  expect(countsOf(booksOf([...unhandled, crashed, ...kills]))).toMatchObject({ missing: 0, crashed: 1 });
  expect(brokenIn([...unhandled, crashed])).toHaveLength(1);
});

it('a process that stood still may be late', () => {
  const late = goodRun().map((one) => (one.kind === 'sent' && one.id === 'c1' ? { ...one, t: 20_000 } : one));
  const frozen = line(0, 'chaos', { kind: 'fault', fault: 'freeze-producer', on: ['producer-1'], hit: true, from: 5_000, until: 14_000 });
  expect(brokenIn([...late, frozen])).toEqual([]);
  expect(brokenIn([...late, { ...frozen, on: ['producer-2'] } as Line])).toHaveLength(1);
});

it('a fault explains a second time only where it struck consumers or the broker, after the message was sent and before it came again', () => {
  const doubled = [...goodRun(), ...visit(30, A, 'c1', 'work', 'handled')];
  const reset = (on: readonly string[], at: number, hit = true): Line =>
    line(Math.max(at, 0), 'chaos', { kind: 'fault', fault: 'reset', on, hit, from: at, until: at });
  expect(brokenIn([...doubled, reset(['consumer-1'], 20)])).toEqual([]);
  expect(brokenIn([...doubled, reset([], 20)])).toEqual([]);
  expect(brokenIn([...doubled, reset(['producer-1'], 20)])).toHaveLength(1);
  expect(brokenIn([...doubled, reset(['consumer-1'], 40)])).toHaveLength(1);
  expect(brokenIn([...doubled, reset(['consumer-1'], -20_000)])).toHaveLength(1);
  expect(brokenIn([...doubled, reset(['consumer-1'], 20, false)])).toHaveLength(1);
});

function without(id: string, ...kinds: readonly Line['kind'][]): (lines: Line[]) => readonly Line[] {
  return (lines) => lines.filter((one) => !('id' in one && one.id === id && kinds.includes(one.kind)));
}

function withoutAt(id: string, at: string): (lines: Line[]) => readonly Line[] {
  return (lines) => lines.filter((one) => !('at' in one && one.id === id && one.at === at));
}

function and(more: readonly Line[]): (lines: Line[]) => readonly Line[] {
  return (lines) => [...lines, ...more];
}

function swapped(lines: readonly Line[], one: string, other: string): readonly Line[] {
  const rename = (id: string): string => (id === one ? other : id === other ? one : id);
  return lines.map((found) => ('at' in found ? { ...found, id: rename(found.id) } : found));
}

function crowd(count: number): readonly Line[] {
  const ids = Array.from({ length: count }, (_, index) => `x${index}`);
  return [
    ...ids.flatMap((id) => sent(200, id, ['work'])),
    ...ids.map((id) => line(210, A, { kind: 'begun', id, at: 'work' })),
    ...ids.map((id) => line(220, A, { kind: 'handled', id, at: 'work' })),
  ];
}
