import { DeliveryError } from '../errors/bus-error.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import { HEADERS } from '../messages/headers.ts';
import { isoTime } from '../messages/iso-time.ts';
import { attemptLogFields } from '../messages/log-fields.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { RecoveryDecision } from '../recoverability/decide-recovery.ts';
import { decideRecovery } from '../recoverability/decide-recovery.ts';
import { CLEARED } from '../recoverability/decide-trial.ts';
import { describeError, failureHeaders } from '../recoverability/failure-headers.ts';
import type { ITransportDelivery, SettleResult } from '../transport/delivery.ts';
import { attemptsToTell } from './count-attempts.ts';
import type { ReceivePlan } from './receive-plan.ts';
import { tellRetry } from './tell-retry.ts';
import { nextTrialMark, trialMarkOf } from './trial-marks.ts';

/** A failed attempt at a delivery. */
export interface FailedAttempt {
  readonly delivery: ITransportDelivery;
  readonly context: IncomingContext;
  readonly error: unknown;
  readonly counts: { readonly attemptsHere: number; readonly redeliveries: number };
}

/** What became of it: another attempt in process after a wait, or the end of the delivery. */
export type Executed = { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'ended'; readonly end: 'settled' | 'lost' };

/** Decides about a failed attempt and carries the decision out. Rejects when settling failed: then nothing took effect. */
export async function executeDecision(failed: FailedAttempt, plan: ReceivePlan): Promise<Executed> {
  const { decision, error } = decide(failed, plan);
  const attempt = { ...failed, error };
  const delayMs = 'delayMs' in decision ? decision.delayMs : 0;
  plan.observe?.({ kind: 'attempt-failed', message: failed.context, error, next: NEXT[decision.kind], delayMs });
  tellRetry(attempt, decision, plan);
  if (decision.kind === 'retry-after') return { kind: 'retry', delayMs };
  const end = await settle(attempt, decision, plan);
  if (end === 'settled') {
    const reason = decision.kind === 'dead-letter' ? decision.reason : undefined;
    plan.observe?.({ kind: 'message-settled', message: failed.context, as: SETTLED_AS[decision.kind], reason });
  }
  return { kind: 'ended', end };
}

const NEXT = { 'retry-after': 'retry', 'redeliver-after': 'redeliver', 'dead-letter': 'dead-letter', discard: 'discard' } as const;
const SETTLED_AS = { 'redeliver-after': 'redelivered', 'dead-letter': 'dead-lettered', discard: 'discarded' } as const;

/** A rule, or a wait of the user's own, that throws decides nothing: the message is dead-lettered and the dead letter says why. */
function decide(
  { context, error, counts }: FailedAttempt,
  { recovery, capabilities, runtime, endpoint }: ReceivePlan,
): { readonly decision: RecoveryDecision; readonly error: unknown } {
  const listedDelaysOnly = capabilities.delay.steps === 'policy';
  const failure = { error, ...counts, beforeHandlers: !context.handling, listedDelaysOnly, chance: runtime.random() };
  try {
    return { decision: decideRecovery(failure, recovery), error };
  } catch (ruleError) {
    const cause = new AggregateError([error, ruleError]);
    const text = `The recovery policy of the endpoint "${endpoint}" threw (${describeError(ruleError)}) about: ${describeError(error)}`;
    return {
      decision: { kind: 'dead-letter', reason: 'failed' },
      error: new DeliveryError('RECOVERY_RULE_FAILED', text, { cause, details: { endpoint, messageId: context.messageId } }),
    };
  }
}

function settle(
  failed: FailedAttempt,
  decision: Exclude<RecoveryDecision, { readonly kind: 'retry-after' }>,
  plan: ReceivePlan,
): Promise<SettleResult> {
  if (decision.kind === 'redeliver-after') return redeliver(failed, decision.delayMs, plan);
  return decision.kind === 'discard' ? discard(failed, plan) : deadLetter(failed, decision.reason, plan);
}

/** Dead-letters a message of which no attempt has failed here. */
export async function giveUp(given: GivenUp, reason: DeadLetterReason, plan: ReceivePlan): Promise<void> {
  const end = await deadLetter(given, reason, plan);
  if (end === 'settled') plan.observe?.({ kind: 'message-settled', message: given.context, as: 'dead-lettered', reason });
}

/** A message that is given up, and why. */
export type GivenUp = Omit<FailedAttempt, 'counts'>;

/** Brings the message again later. A delay that is longer than the broker can is made of several. */
async function redeliver(failed: FailedAttempt, delayMs: number, { runtime, capabilities, endpoint }: ReceivePlan): Promise<SettleResult> {
  const { delivery, context, counts } = failed;
  const headers = new Map<string, string>([
    ...missingId(failed),
    [HEADERS.attempt, String(attemptsToTell(context.attempt, delivery, capabilities))],
    [HEADERS.redelivery, String(counts.redeliveries + 1)],
  ]);
  if (trialMarkOf(delivery) !== undefined) headers.set(HEADERS.trial, nextTrialMark(CLEARED, delivery, capabilities));
  const isLong = capabilities.delay.hop && delayMs > capabilities.delay.maxMs;
  if (isLong) headers.set(HEADERS.due, isoTime(runtime.now() + delayMs));
  const result = await delivery.redeliver({ delayMs: isLong ? capabilities.delay.maxMs : delayMs, headers });
  if (result === 'settled')
    runtime.logger.info(
      { event: LOG_EVENTS.messageFailed, ...fieldsOf(failed, endpoint), delayMs },
      'a message failed and comes again later',
    );
  return result;
}

/** A message that came without an id keeps the one under which it was handled: by that the inbox knows what was done. */
const missingId = ({ delivery: { message }, context: { messageId } }: GivenUp): readonly (readonly [string, string])[] =>
  message.headers.has(HEADERS.id) ? [] : [[HEADERS.id, messageId]];

async function discard(failed: FailedAttempt, { runtime, endpoint }: ReceivePlan): Promise<SettleResult> {
  const result = await failed.delivery.ack();
  if (result === 'settled')
    runtime.logger.warn(
      { event: LOG_EVENTS.messageDiscarded, ...fieldsOf(failed, endpoint) },
      'a message failed and was discarded, as a rule says',
    );
  return result;
}

/** Tells whoever is to know, then moves the message to the dead letters. Should the move fail, both come again. */
async function deadLetter(failed: GivenUp, reason: DeadLetterReason, plan: ReceivePlan): Promise<SettleResult> {
  const { delivery, context, error } = failed;
  await plan.sendFault(context, reason, error);
  const headers = failureHeaders({
    missing: missingId(failed),
    reason,
    error,
    origin: plan.endpoint,
    attempt: context.attempt,
    failedAt: plan.runtime.now(),
    maxHeaderBytes: plan.capabilities.maxHeaderBytes,
    headerBytes: MessageHeaders.copyOf(delivery.message.headers).byteLength(),
  });
  const result = await delivery.deadLetter({ headers });
  if (result === 'settled')
    plan.runtime.logger.error(
      { event: LOG_EVENTS.messageDeadLettered, reason, ...fieldsOf(failed, plan.endpoint) },
      'a message was dead-lettered',
    );
  return result;
}

function fieldsOf({ context, error }: GivenUp, endpoint: string): Readonly<Record<string, unknown>> {
  return { endpoint, ...attemptLogFields(context), error: describeError(error) };
}
