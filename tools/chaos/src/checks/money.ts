import { type Books, endOf, type Message, strikes } from '../history/books.ts';
import type { MoneyTable } from '../history/fact.ts';
import { transferOf, transferredIdOf } from '../loads/money/contracts.ts';
import { wrongDeadLetters } from './dead-letters.ts';
import { type Problem, problemOf } from './problem.ts';
import { type Bounds, leftOver, processProblems } from './processes.ts';
import { lateSends } from './sends.ts';

/** So long after it ended a fault can still make itself felt: leases, missed heartbeats, answers that never come. */
const AFTERMATH_MS = 20_000;

/** A transfer of money, as its producer and the database know it. */
interface Transfer {
  readonly message: Message;
  /** What is published when the money has arrived. */
  readonly event: Message | undefined;
  readonly debits: number;
  readonly credits: number;
  readonly entries: number;
}

/** All invariants of the money; none is broken where it is empty. To be asked when all is over. */
export function checkMoney(books: Books, bounds: Bounds): readonly Problem[] {
  const transfers = transfersIn(books);
  return [
    ...problemOf('What was committed is credited and in the ledger; what cannot be handled is a dead letter.', lost(transfers)),
    ...problemOf('No transfer takes effect twice.', twice(transfers)),
    ...problemOf('What a producer was told of its transaction is true.', toldWrong(transfers)),
    ...problemOf('What was rolled back, or was never sent, does nothing.', ghosts(transfers)),
    ...problemOf('An attempt that failed has written nothing, and sent nothing.', leftByFailures(transfers)),
    ...problemOf('Every balance is what was in the account, less what was taken out, and what was put in.', wrongBalances(books)),
    ...problemOf('Money is neither made nor lost.', wrongTotal(books)),
    ...problemOf('The inbox remembers each piece of work that is done, once, and no other.', wrongClaims(books, transfers)),
    ...problemOf('What is sent from one account leaves in the order of the commits.', outOfOrder(transfers)),
    ...problemOf('A message leaves the outbox once, unless a fault struck its relay, the database or the broker.', relayedTwice(books)),
    ...wrongDeadLetters(books),
    ...lateSends(books, bounds),
    ...processProblems(books, bounds),
    ...leftOver(books),
  ];
}

function transfersIn({ messages }: Books): readonly Transfer[] {
  const count = ({ entries }: Message, table: MoneyTable): number => entries.get(table) ?? 0;
  return Array.from(messages.values())
    .filter(({ id }) => transferOf(id) === id)
    .map((message) => ({
      message,
      event: messages.get(transferredIdOf(message.id)),
      debits: count(message, 'debit'),
      credits: count(message, 'credit'),
      entries: count(message, 'ledger'),
    }));
}

/** How often money moved once more than it was to. */
export function effectsTwice(books: Books): number {
  const extra = (count: number): number => Math.max(0, count - 1);
  return transfersIn(books).reduce((sum, { debits, credits, entries }) => sum + extra(debits) + extra(credits) + extra(entries), 0);
}

/** How many committed transfers have not come to their end. */
export function transfersLost(books: Books): number {
  return transfersIn(books).filter(isLost).length;
}

function isLost({ message, debits, credits, entries }: Transfer): boolean {
  if (debits === 0) return false;
  return message.fate === 'dead' ? message.dead.length === 0 : credits === 0 || entries === 0;
}

function lost(transfers: readonly Transfer[]): readonly string[] {
  return transfers.filter(isLost).map(({ message, event, credits, entries }) => {
    const state = message.fate === 'dead' ? 'is no dead letter' : `credits ${credits}, entries in the ledger ${entries}`;
    return `${message.id} ${state}; it ${wayOf(message)}, its event ${event === undefined ? 'was never seen' : wayOf(event)}`;
  });
}

function wayOf({ relayed, visits }: Message): string {
  const left = relayed.map(({ by }) => by).join(', ') || 'nobody';
  const seen = visits.map(({ by, end }) => `${by} ${end ?? 'did not end'}`).join(', ') || 'nobody';
  return `was relayed by ${left} and seen by ${seen}`;
}

function twice(transfers: readonly Transfer[]): readonly string[] {
  return transfers
    .filter(({ debits, credits, entries }) => Math.max(debits, credits, entries) > 1)
    .map(
      ({ message, debits, credits, entries }) => `${message.id}: debits ${debits}, credits ${credits}, entries in the ledger ${entries}`,
    );
}

function toldWrong(transfers: readonly Transfer[]): readonly string[] {
  return transfers
    .filter(({ message, debits }) => (endOf(message) === 'accepted' && debits === 0) || (endOf(message) === 'rejected' && debits > 0))
    .map(({ message, debits }) => `${message.id}: ${endOf(message)}, and the database has ${debits} debits`);
}

function ghosts(transfers: readonly Transfer[]): readonly string[] {
  const didSomething = ({ relayed, visits, dead, repeats }: Message): boolean => relayed.length + visits.length + dead.length + repeats > 0;
  return transfers
    .filter(({ message, debits }) => debits === 0 || message.sends.length === 0)
    .filter(({ message, event, credits, entries }) => credits + entries > 0 || didSomething(message) || event !== undefined)
    .map(({ message, credits, entries }) => `${message.id}: credits ${credits}, entries in the ledger ${entries}; it ${wayOf(message)}`);
}

/** Of what can never be handled nothing may be seen but the attempts; and no event comes before its credit. */
function leftByFailures(transfers: readonly Transfer[]): readonly string[] {
  return transfers
    .filter(({ message, event, credits, entries }) =>
      message.fate === 'dead' ? credits + entries > 0 || event !== undefined : credits === 0 && event !== undefined,
    )
    .map(({ message, credits, entries }) => `${message.id}: credits ${credits}, entries in the ledger ${entries}`);
}

function wrongBalances({ balances }: Books): readonly string[] {
  return balances
    .filter(({ opened, debited, credited, balance }) => balance !== opened - debited + credited)
    .map((one) => `${one.account}: ${one.opened} less ${one.debited} and ${one.credited} is not ${one.balance}`);
}

function wrongTotal({ balances }: Books): readonly string[] {
  const total = (of: (balance: Books['balances'][number]) => number): number => balances.reduce((sum, one) => sum + of(one), 0);
  const [before, after] = [total(({ opened }) => opened), total(({ balance }) => balance)];
  if (balances.length === 0) return ['no account was found'];
  return before === after ? [] : [`${before} at first, and ${after} in the end`];
}

function wrongClaims({ claims }: Books, transfers: readonly Transfer[]): readonly string[] {
  const effects = transfers.reduce((sum, { credits, entries }) => sum + credits + entries, 0);
  return claims === effects ? [] : [`${claims} keys in the inbox, ${effects} effects`];
}

/** By when each was taken first: what is taken once more, is taken late. */
function outOfOrder(transfers: readonly Transfer[]): readonly string[] {
  const accounts = new Map<string, { readonly id: string; readonly n: number; readonly left: number }[]>();
  for (const { message } of transfers) {
    if (message.move === undefined || message.relayed.length === 0) continue;
    const { account, n } = message.move;
    const moves = accounts.get(account) ?? [];
    accounts.set(account, moves);
    moves.push({ id: message.id, n, left: firstRelayed(message) });
  }
  return Array.from(accounts.values()).flatMap((moves) => {
    const sorted = moves.toSorted((a, b) => a.n - b.n);
    return sorted.slice(1).flatMap((later, index) => {
      const earlier = sorted[index] ?? later;
      const ahead = earlier.left - later.left;
      return ahead > 0 ? [`${later.id} left ${ahead.toFixed(1)} ms before ${earlier.id} of the same account`] : [];
    });
  });
}

/** When the broker took it first. */
function firstRelayed({ relayed }: Message): number {
  return Math.min(...relayed.map(({ t }) => t));
}

/** What was put into the outbox twice may leave twice. */
function relayedTwice({ messages, faults }: Books): readonly string[] {
  return Array.from(messages.values())
    .filter(({ relayed, sends }) => relayed.length > Math.max(1, sends.length))
    .filter(({ relayed }) => {
      const [first, last] = [Math.min(...relayed.map(({ t }) => t)), Math.max(...relayed.map(({ t }) => t))];
      return !faults.some(
        (fault) => relayed.some(({ by }) => strikes(fault, by)) && fault.from <= last && fault.until + AFTERMATH_MS >= first,
      );
    })
    .map(({ id, relayed }) => `${id}: ${relayed.map(({ by }) => by).join(', ')}`);
}
