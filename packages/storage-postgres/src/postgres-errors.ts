import { StoreError } from '@waybill/core/persistence';

/** A deadlock, a serialization failure. */
const CONFLICTS: ReadonlySet<unknown> = new Set(['40001', '40P01']);
/** A statement after one that failed. */
const IN_FAILED_TRANSACTION = '25P02';
/** `idle_in_transaction_session_timeout`, `transaction_timeout`. */
const OVERDUE: ReadonlySet<unknown> = new Set(['25P03', '25P04']);
/** The server has gone, or is not there yet. */
const GONE = /^(08...|57P0[123])$/;
/** The connection, the server, the machine. `severity` is in the language of the server, and tells nothing. */
const FATAL = /^(08|57|58|F0|XX)/;
/** What `pg` and the sockets below it say; none of it has a code of its own that is documented. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Query read timeout|The server gave no answer)/;
const SOCKET_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const DEEPEST = 10;

interface SqlError {
  readonly code: string;
  readonly severity: string;
}

/** The error and what is behind it, as far as `cause` leads. */
export function chainOf(error: unknown): readonly object[] {
  const chain: object[] = [];
  for (let one = error; typeof one === 'object' && one !== null && chain.length < DEEPEST; one = 'cause' in one ? one.cause : undefined)
    chain.push(one);
  return chain;
}

const isSqlError = (error: object): error is SqlError => 'severity' in error && 'code' in error && typeof error.code === 'string';

/** What the database itself has said, however deeply it is wrapped. */
const sqlErrorOf = (error: unknown): SqlError | undefined => chainOf(error).find(isSqlError);

/** True after a deadlock or a serialization failure, also where somebody has wrapped it. */
export const isConflict = (error: unknown): boolean => chainOf(error).some((one) => isSqlError(one) && CONFLICTS.has(one.code));

/** True where the database refused a statement because an earlier one of its transaction had failed. */
export const isInFailedTransaction = (error: object): boolean => 'code' in error && error.code === IN_FAILED_TRANSACTION;

/** True where the connection is to blame, as far as can be told from an error of `pg`. */
export function isConnectionLost(error: unknown): boolean {
  const sql = sqlErrorOf(error);
  if (sql !== undefined) return GONE.test(sql.code);
  return chainOf(error).some(
    (one) => ('code' in one && SOCKET_CODES.has(one.code)) || ('message' in one && LOST.test(String(one.message))),
  );
}

/** True where COMMIT was answered with a refusal: then nothing is stored. What ends the connection or the server may come after it took effect. */
export function isRefusedCommit(error: unknown): boolean {
  const sql = sqlErrorOf(error);
  return sql !== undefined && !FATAL.test(sql.code);
}

/** The server gave no answer to a statement in time. */
export const unanswered = (limitMs: number): Error => new Error(`The server gave no answer within ${limitMs} ms`);

export function unavailable(what: string, cause: unknown): StoreError {
  return new StoreError('STORE_UNAVAILABLE', `PostgreSQL: ${what}. Nothing was changed; it may be tried again.`, { cause });
}

export function conflict(cause: unknown): StoreError {
  const what = 'PostgreSQL ended the transaction because of a deadlock or a serialization failure';
  return new StoreError('TRANSACTION_CONFLICT', `${what}. Nothing was changed; run it again.`, { cause });
}

export function outcomeUnknown(cause: unknown): StoreError {
  const what = 'PostgreSQL gave no answer to COMMIT: all of the transaction is stored, or nothing';
  return new StoreError('TRANSACTION_OUTCOME_UNKNOWN', `${what}. Look whether it is before you run it again.`, { cause });
}

/** Nothing was written: not in the transaction, for there is none. */
export function noTransaction(why: string): StoreError {
  const what = `PostgreSQL: the transaction that was used is not open. ${why}`;
  return new StoreError('NO_TRANSACTION', `${what}. Begin it before, and await all that uses it before it ends.`);
}

/** True where the server has ended the session because a transaction stood open for too long: idle, or in all. That is no fault of the connection. */
export const isOverdue = (error: unknown): boolean => OVERDUE.has(sqlErrorOf(error)?.code);

export function overdue(cause: unknown): StoreError {
  const what = 'PostgreSQL ended the transaction because it stood open for longer than the server lets it. Nothing was changed';
  const wayOut = 'Do less in it, or raise `idle_in_transaction_session_timeout` or `transaction_timeout`';
  return new StoreError('TRANSACTION_ROLLED_BACK', `${what}. ${wayOut}.`, { cause });
}

export function rolledBack(cause: unknown): StoreError {
  const what =
    'A statement in the transaction failed, and its error was caught: PostgreSQL rolled the transaction back instead of committing it';
  return new StoreError('TRANSACTION_ROLLED_BACK', `${what}. Let the error pass, or set a savepoint before the statement.`, { cause });
}
