import { effectsTwice, transfersLost } from '../checks/money.ts';
import { type Books, endOf } from '../history/books.ts';
import { transferOf } from '../loads/money/contracts.ts';

/** Transfers of money, and what became of them. */
export interface MoneyCounts {
  /** Transactions that were begun, each with a debit and a command. */
  readonly sent: number;
  /** As their producers were told. */
  readonly committed: number;
  readonly rolledBack: number;
  /** Nobody was told what became of them: COMMIT got no answer, or the producer was killed. */
  readonly unknown: number;
  /** Of the unknown: those that the database has. */
  readonly unknownCommitted: number;
  /** Credits and entries in the ledger. */
  readonly handled: number;
  readonly deadLetters: number;
  /** Deliveries of what was done already. */
  readonly repeats: number;
  readonly effectsTwice: number;
  readonly lost: number;
}

export function moneyCountsOf(books: Books): MoneyCounts {
  const ends = { accepted: 0, rejected: 0, unknown: 0 };
  const counts = { unknownCommitted: 0, handled: 0, deadLetters: 0, repeats: 0 };
  for (const message of books.messages.values()) {
    counts.repeats += message.repeats;
    if (transferOf(message.id) !== message.id) continue;
    const end = endOf(message);
    if (end !== undefined) ends[end] += 1;
    if (end === 'unknown' && message.entries.has('debit')) counts.unknownCommitted += 1;
    counts.handled += (message.entries.get('credit') ?? 0) + (message.entries.get('ledger') ?? 0);
    counts.deadLetters += message.dead.length;
  }
  return {
    sent: ends.accepted + ends.rejected + ends.unknown,
    committed: ends.accepted,
    rolledBack: ends.rejected,
    unknown: ends.unknown,
    ...counts,
    effectsTwice: effectsTwice(books),
    lost: transfersLost(books),
  };
}
