import type { Fact, Line } from '../../src/history/fact.ts';
import { Books } from '../../src/history/books.ts';

/** A line at a time, in milliseconds, by a process. */
export function line(t: number, by: string, fact: Fact): Line {
  return { t, by, ...fact };
}

/** Books of lines in any order. */
export function booksOf(lines: readonly Line[]): Books {
  return new Books().addAll(lines.toSorted((a, b) => a.t - b.t));
}

const P = 'producer-1.1';
const A = 'consumer-1.1';
const B = 'consumer-2.1';

/**
 * A run in which much happens and every promise is kept: `c1` is handled; `c2` is in doubt, sent again and handled twice; `c3` fails once;
 * `c4` fails always; `e1` is for two endpoints, one of which handles it twice, because B is killed; `m1`, `m2` and `m3` are of one account, and m2
 * is in doubt; `r1` is rejected; `u1` is in doubt and never comes.
 */
export function goodRun(): Line[] {
  return [
    ...[P, A, B].map((by) => line(0, by, { kind: 'up' })),
    line(10, P, { kind: 'send', id: 'c1', to: ['work'], fate: 'handled' }),
    line(11, A, { kind: 'begun', id: 'c1', at: 'work' }),
    line(12, P, { kind: 'sent', id: 'c1', as: 'accepted' }),
    line(13, A, { kind: 'handled', id: 'c1', at: 'work' }),
    line(20, P, { kind: 'send', id: 'c2', to: ['work'], fate: 'handled' }),
    line(21, P, { kind: 'sent', id: 'c2', as: 'unknown', code: 'SEND_OUTCOME_UNKNOWN' }),
    line(22, P, { kind: 'send', id: 'c2', to: ['work'], fate: 'handled' }),
    line(23, P, { kind: 'sent', id: 'c2', as: 'accepted' }),
    ...visit(24, A, 'c2', 'work', 'handled'),
    ...visit(26, A, 'c2', 'work', 'handled'),
    ...sent(30, 'c3', ['work']),
    ...visit(32, A, 'c3', 'work', 'failed'),
    ...visit(34, A, 'c3', 'work', 'handled'),
    line(40, P, { kind: 'send', id: 'c4', to: ['work'], fate: 'dead' }),
    line(41, P, { kind: 'sent', id: 'c4', as: 'accepted' }),
    ...visit(42, A, 'c4', 'work', 'failed'),
    line(90_000, 'auditor-1.1', { kind: 'dead', id: 'c4', at: 'work', reason: 'failed' }),
    ...sent(50, 'e1', ['mail', 'stock']),
    ...visit(52, A, 'e1', 'mail', 'handled'),
    ...visit(52, B, 'e1', 'stock', 'handled'),
    line(54, 'chaos', { kind: 'ended', who: B, how: 'killed', code: null, signal: 'SIGKILL' }),
    line(54, 'chaos', { kind: 'fault', fault: 'kill-consumer', on: ['consumer-2'], hit: true, from: 54, until: 54 }),
    ...visit(60, A, 'e1', 'stock', 'handled'),
    ...move(70, 1, 'accepted'),
    ...move(80, 2, 'unknown'),
    ...move(90, 3, 'accepted'),
    ...visit(94, A, 'm1', 'ledger', 'handled'),
    ...visit(96, A, 'm3', 'ledger', 'handled'),
    ...visit(98, A, 'm2', 'ledger', 'handled'),
    line(100, P, { kind: 'send', id: 'r1', to: ['work'], fate: 'handled' }),
    line(101, P, { kind: 'sent', id: 'r1', as: 'rejected', code: 'SEND_REJECTED' }),
    line(102, P, { kind: 'send', id: 'u1', to: ['work'], fate: 'handled' }),
    line(103, P, { kind: 'sent', id: 'u1', as: 'unknown', code: 'SEND_OUTCOME_UNKNOWN' }),
    ...stop(80_000, P, 50),
    ...stop(80_000, A, 50),
    line(95_000, 'chaos', { kind: 'left', queue: 'work', messages: 0 }),
  ];
}

/** A send that is accepted. */
export function sent(t: number, id: string, to: readonly string[]): readonly Line[] {
  return [line(t, P, { kind: 'send', id, to, fate: 'handled' }), line(t + 1, P, { kind: 'sent', id, as: 'accepted' })];
}

/** A handler that runs for one millisecond. */
export function visit(t: number, by: string, id: string, at: string, end: 'handled' | 'failed'): readonly Line[] {
  return [line(t, by, { kind: 'begun', id, at }), line(t + 1, by, { kind: end, id, at })];
}

function move(t: number, n: number, as: 'accepted' | 'unknown'): readonly Line[] {
  const id = `m${n}`;
  return [line(t, P, { kind: 'send', id, to: ['ledger'], fate: 'handled', key: 'account', n }), line(t + 1, P, { kind: 'sent', id, as })];
}

function stop(t: number, by: string, ms: number): readonly Line[] {
  return [
    line(t, by, { kind: 'stopping' }),
    line(t + ms, by, { kind: 'stopped', ms }),
    line(t + ms, 'chaos', { kind: 'ended', who: by, how: 'asked', code: 0, signal: null }),
  ];
}
