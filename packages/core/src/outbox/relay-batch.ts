import type { SendOutcome } from '../transport/transport-message.ts';
import { UNANSWERED } from '../transport/transport-message.ts';
import type { OutboxRow } from './outbox-store.ts';

/** So often sending a row may fail before it is held. */
export const MOST_FAILURES = 10;
/** A row whose sending failed is tried again after this long at first, then after twice as long each time; in milliseconds. */
const FIRST_RETRY_MS = 1_000;
export const LONGEST_RETRY_MS = 300_000;
const JITTER = 0.2;
const MOST_REASON_CHARACTERS = 1_000;

/** A row that the transport did not take. */
export interface RowFailure {
  readonly row: OutboxRow;
  readonly reason: string;
  /** It is tried again after so long; `undefined` holds it for an operator. */
  readonly retryAfterMs: number | undefined;
  /** False where nobody knows whether the transport has it. */
  readonly isAnswered: boolean;
}

/** What became of a batch. */
export interface BatchResult {
  /** Accepted: these go. */
  readonly sent: readonly OutboxRow[];
  /** Refused for good: these are held, whatever became of the others. */
  readonly refused: readonly RowFailure[];
  /** Not accepted this time: these are tried again later, or held after too many failures. */
  readonly failed: readonly RowFailure[];
  /** Keys of which nothing more may be sent before the rows that were not accepted. */
  readonly blocked: ReadonlySet<string>;
  /** True where it was too late to ask the transport: that says nothing of it. */
  readonly isUntried?: true;
}

export const NOTHING_SENT: BatchResult = Object.freeze({ sent: [], refused: [], failed: [], blocked: new Set<string>() });

/** Outcomes → what is to be written to the store. Pure. What waits for an earlier row of its key, or found no room, has not failed, and is left as it is. */
export function judgeBatch(rows: readonly OutboxRow[], outcomes: readonly SendOutcome[], random: () => number): BatchResult {
  const sent: OutboxRow[] = [];
  const refused: RowFailure[] = [];
  const failed: RowFailure[] = [];
  const blocked = new Set<string>();
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] as OutboxRow;
    const outcome = outcomes[index] ?? UNANSWERED;
    if (outcome.status === 'accepted') {
      sent.push(row);
      continue;
    }
    if (row.entry.partitionKey !== undefined) blocked.add(row.entry.partitionKey);
    if (wasNotTried(outcome)) continue;
    const isAnswered = outcome.status === 'rejected';
    const isFinal = isAnswered && !outcome.retryable;
    const retryAfterMs = isFinal ? undefined : retryAfter(row.attempts, random);
    (isFinal ? refused : failed).push({ row, reason: reasonOf(outcome), retryAfterMs, isAnswered });
  }
  return { sent, refused, failed, blocked };
}

/** What becomes of rows that were not handed to the transport: they are left as they are. */
export const untried = (rows: readonly OutboxRow[]): BatchResult => ({
  ...NOTHING_SENT,
  blocked: new Set(rows.flatMap(({ entry: { partitionKey } }) => partitionKey ?? [])),
  isUntried: true,
});

/** The same failures where it may be the broker that answers nothing: rows without an answer are tried again, however often they were. */
export function withoutHolding(failures: readonly RowFailure[]): readonly RowFailure[] {
  return failures.map((failure) => (failure.isAnswered ? failure : { ...failure, retryAfterMs: failure.retryAfterMs ?? LONGEST_RETRY_MS }));
}

/** The rows whose key is not blocked. */
export function unblocked(rows: readonly OutboxRow[], { blocked }: BatchResult): readonly OutboxRow[] {
  if (blocked.size === 0) return rows;
  return rows.filter(({ entry: { partitionKey } }) => partitionKey === undefined || !blocked.has(partitionKey));
}

/** What became of both. */
export function bothResults(one: BatchResult, other: BatchResult): BatchResult {
  if (one === NOTHING_SENT) return other;
  return {
    sent: [...one.sent, ...other.sent],
    refused: [...one.refused, ...other.refused],
    failed: [...one.failed, ...other.failed],
    blocked: new Set([...one.blocked, ...other.blocked]),
  };
}

/** The first rows that may leave beside what is under way, which is to be answered before the later rows of its keys; and all others, in their order. */
export function splitFlight(
  rows: readonly OutboxRow[],
  underWay: readonly OutboxRow[],
  size: number,
): readonly [flight: readonly OutboxRow[], others: readonly OutboxRow[]] {
  const keys = new Set(underWay.map(({ entry: { partitionKey } }) => partitionKey));
  keys.delete(undefined);
  const flight: OutboxRow[] = [];
  const others: OutboxRow[] = [];
  for (const row of rows) (flight.length < size && !keys.has(row.entry.partitionKey) ? flight : others).push(row);
  return [flight, others];
}

/** How long a row waits after its next failure; `undefined` when that was one too many. */
function retryAfter(failuresBefore: number, random: () => number): number | undefined {
  if (failuresBefore + 1 >= MOST_FAILURES) return undefined;
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failuresBefore) * (1 + JITTER * random());
}

/** True where the broker was not asked: an earlier row of the key was not accepted, or there was no room. */
const wasNotTried = (outcome: SendOutcome): boolean =>
  outcome.status === 'rejected' && (outcome.code === 'LANE_BLOCKED' || outcome.heldBack === true);

function reasonOf(outcome: Exclude<SendOutcome, { readonly status: 'accepted' }>): string {
  const code = outcome.status === 'rejected' ? outcome.code : 'SEND_OUTCOME_UNKNOWN';
  const { cause } = outcome;
  const text = cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : undefined;
  return (text === undefined ? code : `${code}: ${text}`).slice(0, MOST_REASON_CHARACTERS);
}
