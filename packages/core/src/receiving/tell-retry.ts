import { attemptLogFields } from '../messages/log-fields.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { RecoveryDecision } from '../recoverability/decide-recovery.ts';
import { describeError } from '../recoverability/failure-headers.ts';
import type { RetryEvent } from '../recoverability/recovery-policy.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { FailedAttempt } from './execute-decision.ts';
import type { ReceivePlan } from './receive-plan.ts';

/** Logs a retry in process, and calls the user's hook; what it throws changes nothing. A redelivery is logged where it is settled. */
export function tellRetry({ context, error }: FailedAttempt, decision: RecoveryDecision, plan: ReceivePlan): void {
  if (decision.kind !== 'retry-after' && decision.kind !== 'redeliver-after') return;
  const { delayMs } = decision;
  const { endpoint, runtime } = plan;
  const { messageId, attempt } = context;
  if (decision.kind === 'retry-after') {
    runtime.logger.info(
      { event: LOG_EVENTS.messageRetried, endpoint, ...attemptLogFields(context), delayMs, error: describeError(error) },
      'a message failed and is tried again',
    );
  }
  callHook(
    { endpoint, messageId, error, attempt, delayMs, kind: decision.kind === 'retry-after' ? 'in-process' : 'redelivery' },
    context,
    plan,
  );
}

function callHook(event: RetryEvent, context: IncomingContext, { recovery, runtime, endpoint }: ReceivePlan): void {
  const failed = (hookError: unknown): void =>
    runtime.logger.error(
      { event: LOG_EVENTS.hookFailed, endpoint, ...attemptLogFields(context), hook: 'onRetry', error: describeError(hookError) },
      'onRetry has thrown',
    );
  try {
    const told: unknown = recovery.onRetry?.(event);
    if (isPromise(told)) told.then(undefined, failed);
  } catch (hookError) {
    failed(hookError);
  }
}
