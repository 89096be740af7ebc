import type { ErrorCode } from '../errors/error-codes.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import type { ErrorAction } from './error-rule.ts';
import { isGivenUp } from './error-rule.ts';
import type { RecoveryPolicy } from './recovery-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { withJitter } from './retry-policy.ts';

/** What is to be done about a failed attempt. */
export type RecoveryDecision =
  | { readonly kind: 'retry-after'; readonly delayMs: number }
  | { readonly kind: 'redeliver-after'; readonly delayMs: number }
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason }
  | { readonly kind: 'discard' };

/** What the decision depends on. */
export interface Failure {
  readonly error: unknown;
  /** Attempts in process since the message was delivered, this one included. */
  readonly attemptsHere: number;
  /** Redeliveries that were asked for before this one. */
  readonly redeliveries: number;
  /** The error was raised while the message was read, before any handler ran. */
  readonly beforeHandlers: boolean;
  /** The broker knows only the delays that were listed: no jitter on redeliveries. */
  readonly listedDelaysOnly: boolean;
  /** A number from 0 to 1, for jitter. */
  readonly chance: number;
}

/** Errors that no attempt can mend, and the reason they give to the dead letter. */
const UNREADABLE: ReadonlyMap<ErrorCode, DeadLetterReason> = new Map([
  ['BODY_UNREADABLE', 'unreadable'],
  ['BODY_NOT_ALLOWED', 'unreadable'],
  ['BODY_TOO_DEEP', 'unreadable'],
  ['HEADER_NOT_ALLOWED', 'unreadable'],
  ['SERIALIZER_UNKNOWN', 'unreadable'],
  ['MESSAGE_TOO_LARGE', 'unreadable'],
  ['MESSAGE_INVALID', 'unreadable'],
  ['MESSAGE_NAME_MISSING', 'unreadable'],
  ['VERSION_TOO_NEW', 'version-too-new'],
  ['MESSAGE_EXPIRED', 'expired'],
]);

/**
 * Failure → decision. Pure. Errors of reading are never retried; those that a handler threw are, also when they carry the
 * same code (a handler that sends an invalid message has failed, its own message was readable). Where several handlers
 * failed, the most hopeful of their errors decides: in-process before redelivery before dead letter before discard, so that
 * nothing is given up that another attempt may mend.
 */
export function decideRecovery(failure: Failure, policy: RecoveryPolicy): RecoveryDecision {
  if (failure.beforeHandlers && isBusError(failure.error)) {
    const reason = UNREADABLE.get(failure.error.code);
    if (reason !== undefined) return { kind: 'dead-letter', reason };
  }
  const decisions = errorsIn(failure.error).map((error) => decideOne(error, failure, policy));
  return decisions.reduce((best, one) => (HOPE.indexOf(one.kind) < HOPE.indexOf(best.kind) ? one : best));
}

const HOPE: readonly RecoveryDecision['kind'][] = ['retry-after', 'redeliver-after', 'dead-letter', 'discard'];

/** The errors of several handlers, or the one that there is. */
function errorsIn(error: unknown): readonly unknown[] {
  const { cause } = isBusError(error, 'HANDLER_FAILED') ? error : { cause: undefined };
  return cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors : [error];
}

function decideOne(error: unknown, failure: Failure, policy: RecoveryPolicy): RecoveryDecision {
  const action = policy.rules.find((rule) => rule.matches(error))?.action ?? defaultAction(error);
  if (action === 'discard') return { kind: 'discard' };
  if (action === 'dead-letter') return { kind: 'dead-letter', reason: 'failed' };
  if (action !== 'redeliver') {
    const delayMs = retryDelay(error, failure, action === 'retry' ? policy.retries : action);
    if (delayMs !== undefined) return { kind: 'retry-after', delayMs };
  }
  const delayMs = policy.redeliveryDelaysMs[failure.redeliveries];
  if (delayMs === undefined) return { kind: 'dead-letter', reason: 'failed' };
  return { kind: 'redeliver-after', delayMs: failure.listedDelaysOnly ? delayMs : withJitter(delayMs, policy.jitter, failure.chance) };
}

function defaultAction(error: unknown): ErrorAction {
  if (isBusError(error, 'UNRECOVERABLE')) return 'dead-letter';
  return isGivenUp(error) ? 'redeliver' : 'retry';
}

function retryDelay(error: unknown, { attemptsHere, chance }: Failure, { retries, delayMs, jitter }: RetryPolicy): number | undefined {
  const delay = attemptsHere <= retries ? delayMs(attemptsHere, error) : undefined;
  return delay === undefined ? undefined : withJitter(delay, jitter, chance);
}
