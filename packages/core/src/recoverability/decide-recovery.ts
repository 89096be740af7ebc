import type { ErrorCode } from '../errors/error-codes.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import type { RecoveryPolicy } from './recovery-policy.ts';

/** What is to be done about a failed attempt. */
export type RecoveryDecision =
  | { readonly kind: 'retry-now' }
  | { readonly kind: 'redeliver-after'; readonly delayMs: number }
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason };

/** What the decision depends on. */
export interface Failure {
  readonly error: unknown;
  /** Attempts in process since the message was delivered, this one included. */
  readonly attemptsHere: number;
  /** Deliveries that ended in a redelivery before this one. */
  readonly redeliveries: number;
  /** The error was raised while the message was read, before any handler ran. */
  readonly beforeHandlers: boolean;
}

/** Errors that no attempt can mend, and the reason they give to the dead letter. */
const UNRECOVERABLE: ReadonlyMap<ErrorCode, DeadLetterReason> = new Map([
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
 * same code (a handler that sends an invalid message has failed, its own message was readable).
 */
export function decideRecovery(failure: Failure, policy: RecoveryPolicy): RecoveryDecision {
  if (failure.beforeHandlers && isBusError(failure.error)) {
    const reason = UNRECOVERABLE.get(failure.error.code);
    if (reason !== undefined) return { kind: 'dead-letter', reason };
  }
  if (failure.attemptsHere <= policy.retries) return { kind: 'retry-now' };
  const delayMs = policy.redeliveryDelaysMs[failure.redeliveries];
  return delayMs === undefined ? { kind: 'dead-letter', reason: 'failed' } : { kind: 'redeliver-after', delayMs };
}
