import { expect, it } from 'vitest';

import { checkMoney } from '../../src/checks/money.ts';
import { recoveryTimes } from '../../src/checks/recovery-times.ts';
import type { Line } from '../../src/history/fact.ts';
import { transferredIdOf } from '../../src/loads/money/contracts.ts';
import { moneyCountsOf } from '../../src/report/money-counts.ts';
import { debit, entry, event, goodMoney, relayed, sent } from '../history/money-story.ts';
import { booksOf, line, visit } from '../history/story.ts';

const BOUNDS = { concurrency: new Map(Object.entries({ accounts: 2, ledger: 2 })), stopMs: 10_000, sendMs: 35_000 };
const [A, AUDITOR] = ['consumer-1.1', 'auditor-1.1'];

const brokenIn = (lines: readonly Line[]): readonly string[] => checkMoney(booksOf(lines), BOUNDS).map(({ broken }) => broken);

const LOST = 'What was committed is credited';
const TWICE = 'No transfer takes effect twice';
const TOLD = 'What a producer was told';
const GHOST = 'What was rolled back';
const FAILURE = 'An attempt that failed';
const CLAIMS = 'The inbox remembers';
const ORDER = 'What is sent from one account';
const RELAYED = 'A message leaves the outbox once';

/** What becomes of the good run, and the promises that it then breaks. */
const MUTANTS: readonly (readonly [title: string, mutate: (lines: Line[]) => readonly Line[], ...broken: readonly string[]])[] = [
  ['a committed transfer is never credited', without(['t1', 'credit'], ['t1', 'ledger']), LOST, FAILURE, CLAIMS],
  ['the event of a credit never comes', without(['t1', 'ledger']), LOST, CLAIMS],
  ['one whose COMMIT got no answer was committed, and is lost', without(['u2', 'credit'], ['u2', 'ledger']), LOST, FAILURE, CLAIMS],
  ['what cannot be handled is nowhere', (lines) => lines.filter(({ kind }) => kind !== 'dead'), LOST],
  ['a transfer is credited twice', replaced(entry('t1', 'credit', 2)), TWICE, CLAIMS],
  ['a transfer is twice in the ledger', replaced(entry('t1', 'ledger', 2)), TWICE, CLAIMS],
  ['a transfer is debited twice', replaced(debit('t1', 1, 2)), TWICE],
  ['a producer was told that it had committed, and had not', and(sent(200, 't9', 'accepted')), TOLD],
  [
    'a producer was told that it had rolled back, and had not',
    and([debit('b1', 6), entry('b1', 'credit'), entry('b1', 'ledger')]),
    TOLD,
    CLAIMS,
  ],
  ['what was rolled back is credited', and([entry('b1', 'credit')]), GHOST, CLAIMS],
  ['what was rolled back is seen by a handler', and(visit(200, A, 'b1', 'accounts', 'failed')), GHOST],
  ['what was rolled back leaves the outbox', and([relayed(200, A, 'b1')]), GHOST],
  [
    'what was rolled back is a dead letter',
    and([line(200, AUDITOR, { kind: 'dead', id: 'b1', at: 'accounts', reason: 'failed' })]),
    GHOST,
    'Only what fails at every attempt',
  ],
  ['the command of a killed producer comes, and its debit does not', and(visit(200, A, 'k1', 'accounts', 'handled')), GHOST],
  ['something comes that nobody sent', and(visit(200, A, 'x1', 'accounts', 'handled')), GHOST],
  ['what always fails has written', and([entry('p1', 'credit')]), FAILURE, CLAIMS],
  ['what always fails has sent', and(event(200, 'p1')), FAILURE],
  ['a balance does not add up', balanced({ account: 'account-1', balance: 950 }), 'Every balance', 'Money is neither'],
  ['money is made', balanced({ account: 'account-1', balance: 970, debited: 30 }), 'Money is neither'],
  ['no account is left', (lines) => lines.filter(({ kind }) => kind !== 'balance'), 'Money is neither'],
  ['the inbox has forgotten', claimed(7), CLAIMS],
  ['the inbox remembers what was rolled back', claimed(9), CLAIMS],
  ['the second of an account leaves before the first', late('t1', 37), ORDER],
  ['a message leaves twice for no reason', and([relayed(22, 'relay-1.1', 't1')]), RELAYED],
  ['an event leaves twice for no reason', and([relayed(24, 'relay-1.1', transferredIdOf('t1'))]), RELAYED],
  [
    'an innocent transfer is a dead letter',
    and([line(200, AUDITOR, { kind: 'dead', id: 't1', at: 'accounts', reason: 'failed' })]),
    'Only what fails at every attempt',
    'A dead letter was never handled',
  ],
  [
    'something stands in the outbox',
    and([line(99_000, 'chaos', { kind: 'left', queue: 'outbox, held', messages: 1 })]),
    'When all is handled',
  ],
  [
    'a transaction takes too long',
    (lines) => lines.map((one) => (one.kind === 'sent' && one.id === 't1' ? { ...one, t: 40_000 } : one)),
    'A send ends within',
  ],
];

it('a run in which every promise is kept is clean', () => {
  expect(brokenIn(goodMoney())).toEqual([]);
  expect(moneyCountsOf(booksOf(goodMoney()))).toEqual({
    sent: 8,
    committed: 4,
    rolledBack: 1,
    unknown: 3,
    unknownCommitted: 1,
    handled: 8,
    deadLetters: 1,
    repeats: 2,
    effectsTwice: 0,
    lost: 0,
  });
});

it.each(MUTANTS)('%s', (_title, mutate, ...broken) => {
  const found = brokenIn(mutate(goodMoney()));
  expect(found.map((sentence) => broken.find((begin) => sentence.startsWith(begin)))).toEqual(broken);
});

it('counts what is lost and what is done twice', () => {
  const { lost, effectsTwice } = moneyCountsOf(booksOf([...without(['t1', 'ledger'])(goodMoney()), entry('t3', 'credit', 3)]));
  expect({ lost, effectsTwice }).toEqual({ lost: 1, effectsTwice: 2 });
});

it('a message may leave twice where a fault struck who sent it, the database or the broker, and not where it struck another', () => {
  const twice = [...goodMoney(), relayed(22, 'relay-1.1', 't1')];
  const fault = (on: readonly string[], at: number): Line =>
    line(Math.max(at, 0), 'chaos', { kind: 'fault', fault: 'reset', on, hit: true, from: at, until: at });
  expect(brokenIn([...twice, fault([], 21)])).toEqual([]);
  expect(brokenIn([...twice, fault(['relay-1'], 21)])).toEqual([]);
  expect(brokenIn([...twice, fault(['consumer-9'], 21)])).toHaveLength(1);
  expect(brokenIn([...twice, fault([], 23)])).toHaveLength(1);
  expect(brokenIn([...twice, fault([], -30_000)])).toHaveLength(1);
});

it('from the kill of a relay to the end of what was committed before it, while no server was broken', () => {
  const lines = [
    ...sent(10, 't1', 'accepted'),
    relayed(15, A, 't1'),
    ...sent(20, 't2', 'accepted'),
    ...sent(22, 't3', 'accepted'),
    line(30, 'chaos', { kind: 'ended', who: 'relay-2.1', how: 'killed', code: null, signal: 'SIGKILL' }),
    relayed(34, A, 't2'),
    relayed(37, A, 't3'),
    ...sent(31, 't4', 'accepted'),
    relayed(90, A, 't4'), // it was committed later
  ];
  expect(recoveryTimes(booksOf(lines)).relayed).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
  const broken = line(33, 'chaos', { kind: 'fault', fault: 'freeze-database', on: [], hit: true, from: 32, until: 33 });
  expect(recoveryTimes(booksOf([...lines, broken])).relayed.count).toBe(0);
});

function without(...entries: readonly (readonly [id: string, table: string])[]): (lines: Line[]) => readonly Line[] {
  return (lines) => lines.filter((one) => one.kind !== 'entry' || !entries.some(([id, table]) => one.id === id && one.table === table));
}

function and(more: readonly Line[]): (lines: Line[]) => readonly Line[] {
  return (lines) => [...lines, ...more];
}

function replaced(by: Line): (lines: Line[]) => readonly Line[] {
  return (lines) => [...lines, by]; // the later line counts
}

function balanced(by: {
  readonly account: string;
  readonly balance: number;
  readonly debited?: number;
}): (lines: Line[]) => readonly Line[] {
  return (lines) => lines.map((one) => (one.kind === 'balance' && one.account === by.account ? { ...one, ...by } : one));
}

function claimed(count: number): (lines: Line[]) => readonly Line[] {
  return (lines) => lines.map((one) => (one.kind === 'claims' ? { ...one, count } : one));
}

function late(id: string, t: number): (lines: Line[]) => readonly Line[] {
  return (lines) => lines.map((one) => (one.kind === 'relayed' && one.id === id ? { ...one, t } : one));
}
