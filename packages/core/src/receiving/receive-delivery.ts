import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingSurroundings } from '../pipeline/incoming-context.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import { HEADERS } from '../messages/headers.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import type { RecoveryPolicy } from '../recoverability/recovery-policy.ts';
import type { RecoveryDecision } from '../recoverability/decide-recovery.ts';
import { decideRecovery } from '../recoverability/decide-recovery.ts';
import { describeError, failureHeaders } from '../recoverability/failure-headers.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { TransportEntry } from '../transport/transport-message.ts';

/** What the spine of one endpoint works with; fixed at start. */
export interface ReceivePlan extends IncomingSurroundings {
  readonly runtime: Runtime;
  readonly recovery: RecoveryPolicy;
  readonly ackWithSends: boolean;
  /** Where messages of unknown names go. */
  readonly skippedPlace: string;
  /** The incoming steps, linked. */
  readonly run: (context: IncomingContext) => MaybePromise<void>;
  /** Sends what handlers captured. Rejects unless all is accepted. */
  readonly dispatch: (entries: readonly TransportEntry[]) => MaybePromise<void>;
}

/**
 * The spine: one delivery, from its arrival to its settlement. It never rejects.
 *
 * A delivery is settled exactly once, on its own channel. The ack comes after what the handlers sent was accepted. A retry
 * sees the original headers and bytes. When settling fails, or the bus gives up draining, the message goes back to the
 * broker untried; it is reported, never dropped.
 */
export async function receiveDelivery(delivery: ITransportDelivery, plan: ReceivePlan): Promise<void> {
  try {
    await attemptUntilDecided(delivery, plan);
  } catch (error) {
    plan.runtime.logger.error(
      { event: LOG_EVENTS.settleFailed, endpoint: plan.endpoint, error },
      'a delivery could not be settled; it is released',
    );
    await release(delivery, plan);
  }
}

async function attemptUntilDecided(delivery: ITransportDelivery, plan: ReceivePlan): Promise<void> {
  const attemptsBefore = attemptsSoFar(delivery);
  const redeliveries = Math.floor(attemptsBefore / (plan.recovery.retries + 1));
  for (let attemptsHere = 1; ; attemptsHere += 1) {
    const context = new IncomingContext(delivery.message, {
      attempt: attemptsBefore + attemptsHere,
      nativeId: delivery.nativeId,
      lost: delivery.lost,
      surroundings: plan,
    });
    const failure = await attempt(context, plan);
    if (failure === undefined) return succeed(delivery, context, plan);
    if (plan.aborted.aborted || delivery.lost.aborted) return release(delivery, plan);
    const decision = decideRecovery({ error: failure.error, attemptsHere, redeliveries, beforeHandlers: !context.handling }, plan.recovery);
    if (decision.kind !== 'retry-now') return settleFailure(delivery, context, { error: failure.error, decision }, plan);
  }
}

/** One run through the pipeline; the error it ended with, or nothing. What the handlers sent is accepted before it succeeds. */
async function attempt(context: IncomingContext, plan: ReceivePlan): Promise<{ readonly error: unknown } | undefined> {
  try {
    const running = plan.run(context);
    if (isPromise(running)) await running;
    if (context.captured.length > 0 && !plan.ackWithSends) await plan.dispatch(context.captured);
    return undefined;
  } catch (error) {
    return { error };
  }
}

async function succeed(delivery: ITransportDelivery, context: IncomingContext, plan: ReceivePlan): Promise<void> {
  if (context.outcome === 'skipped') {
    await skip(delivery, plan);
    return;
  }
  await (context.captured.length > 0 && plan.ackWithSends ? delivery.ack({ sends: context.captured }) : delivery.ack());
}

/** Moves a message of an unknown name to the endpoint's place for those; the original goes after the copy was accepted. */
async function skip(delivery: ITransportDelivery, plan: ReceivePlan): Promise<void> {
  const headers = MessageHeaders.copyOf(delivery.message.headers).set(HEADERS.reason, 'unknown').set(HEADERS.origin, plan.endpoint);
  await plan.dispatch([{ destination: { kind: 'endpoint', name: plan.skippedPlace }, headers, body: delivery.message.body }]);
  await delivery.ack();
  plan.runtime.logger.warn(
    { event: LOG_EVENTS.messageSkipped, endpoint: plan.endpoint, message: headers.get(HEADERS.name) },
    'nobody here handles the message; it was set aside',
  );
}

interface FailedAttempt {
  readonly error: unknown;
  readonly decision: Exclude<RecoveryDecision, { readonly kind: 'retry-now' }>;
}

async function settleFailure(
  delivery: ITransportDelivery,
  context: IncomingContext,
  { error, decision }: FailedAttempt,
  plan: ReceivePlan,
): Promise<void> {
  const fields = { endpoint: plan.endpoint, messageId: context.messageId, attempt: context.attempt, error: describeError(error) };
  if (decision.kind === 'redeliver-after') {
    plan.runtime.logger.info({ event: LOG_EVENTS.messageFailed, ...fields }, 'a message failed and comes again later');
    await delivery.redeliver({ delayMs: decision.delayMs, headers: new Map([[HEADERS.attempt, String(context.attempt)]]) });
    return;
  }
  const headers = failureHeaders({ reason: decision.reason, error, origin: plan.endpoint, attempt: context.attempt });
  await delivery.deadLetter({ headers });
  plan.runtime.logger.error({ event: LOG_EVENTS.messageDeadLettered, reason: decision.reason, ...fields }, 'a message was dead-lettered');
}

async function release(delivery: ITransportDelivery, plan: ReceivePlan): Promise<void> {
  try {
    await delivery.release();
  } catch (error) {
    plan.runtime.logger.error(
      { event: LOG_EVENTS.settleFailed, endpoint: plan.endpoint, error },
      'a delivery could not be released; it comes again when its channel closes',
    );
  }
}

/** The attempts that earlier deliveries wrote down; a header that is no whole number counts as none. */
function attemptsSoFar(delivery: ITransportDelivery): number {
  const attempts = Number(delivery.message.headers.get(HEADERS.attempt) ?? 0);
  return Number.isSafeInteger(attempts) && attempts > 0 ? attempts : 0;
}
