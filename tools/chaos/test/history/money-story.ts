import type { Fate, Line, MoneyTable, SendEnd } from '../../src/history/fact.ts';
import { transferredIdOf } from '../../src/loads/money/contracts.ts';
import { line, visit } from './story.ts';

const P = 'producer-1.1';
const A = 'consumer-1.1';
const B = 'consumer-2.1';
const R = 'relay-2.1';

/**
 * A run in which money moves and every promise is kept: `t1` to `t3` are committed, and take 10 each from one account; `t2` fails once, and is sent twice;
 * `b1` is rolled back; of `u1` and `u2` COMMIT got no answer, and `u2` was committed; `p1` can never be handled; `k1` was begun by a producer that
 * was killed. The relay is killed before it has told the outbox that `t3` has left.
 */
export function goodMoney(): Line[] {
  return [
    ...[P, A, B, R].map((by) => line(0, by, { kind: 'up' })),
    ...sent(10, 't1', 'accepted'),
    ...through(20, 't1'),
    ...sent(30, 't2', 'accepted'),
    ...sent(32, 't2', 'accepted'),
    relayed(36, R, 't2'),
    relayed(36, R, 't2'),
    ...visit(37, A, 't2', 'accounts', 'failed'),
    ...visit(40, A, 't2', 'accounts', 'handled'),
    ...event(44, 't2'),
    line(46, B, { kind: 'repeated', id: 't2', at: 'accounts' }),
    ...sent(50, 't3', 'accepted'),
    ...through(60, 't3'),
    line(62, 'chaos', { kind: 'ended', who: R, how: 'killed', code: null, signal: 'SIGKILL' }),
    line(62, 'chaos', { kind: 'fault', fault: 'kill-relay', on: ['relay-2'], hit: true, from: 62, until: 62 }),
    relayed(70, A, 't3'),
    line(72, B, { kind: 'repeated', id: 't3', at: 'accounts' }),
    ...sent(80, 'b1', 'rejected'),
    ...sent(90, 'u1', 'unknown'),
    ...sent(100, 'u2', 'unknown'),
    ...through(110, 'u2'),
    ...sent(120, 'p1', 'accepted', 'dead'),
    relayed(122, A, 'p1'),
    ...visit(124, B, 'p1', 'accounts', 'failed'),
    line(130, P, { kind: 'send', id: 'k1', to: ['accounts'], fate: 'handled' }),
    line(132, 'chaos', { kind: 'ended', who: P, how: 'killed', code: null, signal: 'SIGKILL' }),
    line(90_000, 'auditor-1.1', { kind: 'dead', id: 'p1', at: 'accounts', reason: 'failed' }),
    ...['t1', 't2', 't3', 'u2'].flatMap((id, index) => [debit(id, index + 1), entry(id, 'credit'), entry(id, 'ledger')]),
    debit('p1', 5),
    balance('account-1', 40, 0, 960),
    balance('account-2', 0, 40, 1_040),
    line(90_001, 'auditor-1.1', { kind: 'claims', count: 8 }),
    line(95_000, 'chaos', { kind: 'left', queue: 'accounts', messages: 0 }),
    line(95_000, 'chaos', { kind: 'left', queue: 'outbox, waiting', messages: 0 }),
  ];
}

/** A transaction, and how it ended for its producer. */
export function sent(t: number, id: string, as: SendEnd, fate: Fate = 'handled'): readonly Line[] {
  return [line(t, P, { kind: 'send', id, to: ['accounts'], fate }), line(t + 1, P, { kind: 'sent', id, as })];
}

/** What a transfer goes through that nothing happens to. */
function through(t: number, id: string): readonly Line[] {
  return [relayed(t, t < 62 ? R : A, id), ...visit(t + 1, A, id, 'accounts', 'handled'), ...event(t + 3, id)];
}

/** What follows when its money has arrived. */
export function event(t: number, id: string): readonly Line[] {
  return [relayed(t, A, transferredIdOf(id)), ...visit(t + 1, B, transferredIdOf(id), 'ledger', 'handled')];
}

export function relayed(t: number, by: string, id: string): Line {
  return line(t, by, { kind: 'relayed', id });
}

export function entry(id: string, table: MoneyTable, count = 1): Line {
  return line(90_000, 'auditor-1.1', { kind: 'entry', id, table, count });
}

export function debit(id: string, move: number, count = 1): Line {
  return line(90_000, 'auditor-1.1', { kind: 'entry', id, table: 'debit', count, account: 'account-1', move });
}

function balance(account: string, debited: number, credited: number, now: number): Line {
  return line(90_000, 'auditor-1.1', { kind: 'balance', account, opened: 1_000, debited, credited, balance: now });
}
