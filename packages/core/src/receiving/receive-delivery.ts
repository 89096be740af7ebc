import { HEADERS } from '../messages/headers.ts';
import { isoTime } from '../messages/iso-time.ts';
import { MessageHeaders, SLOTS } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { BusObserver, SettledAs } from '../pipeline/bus-events.ts';
import type { IncomingSurroundings } from '../pipeline/incoming-context.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import type { RecoveryDecision } from '../recoverability/decide-recovery.ts';
import { decideRecovery } from '../recoverability/decide-recovery.ts';
import { describeError } from '../recoverability/failure-headers.ts';
import type { RecoveryPolicy } from '../recoverability/recovery-policy.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';
import type { TransportEntry } from '../transport/transport-message.ts';
import { countAttempts } from './count-attempts.ts';
import { redeliverDelivery, settleFailure } from './settle-failure.ts';

/** What the spine of one endpoint works with; fixed at start. */
export interface ReceivePlan extends IncomingSurroundings {
  readonly runtime: Runtime;
  readonly recovery: RecoveryPolicy;
  /** What the transport can do at this endpoint. */
  readonly capabilities: TransportCapabilities;
  /** What is done with messages of names that nobody here handles. */
  readonly onUnknown: 'skip' | 'dead-letter' | 'discard';
  /** Where messages of unknown names go. */
  readonly skippedPlace: string;
  /** The incoming steps, linked. */
  readonly run: (context: IncomingContext) => MaybePromise<void>;
  /** Sends what handlers captured. Rejects unless all is accepted. */
  readonly dispatch: (entries: readonly TransportEntry[]) => MaybePromise<void>;
  /** Tells the observers, where there are some. */
  readonly observe: BusObserver | undefined;
}

/** How a delivery ended: settled, or back at the broker untried. */
export type DeliveryEnd = 'settled' | 'released';

/**
 * The spine: one delivery, from its arrival to its settlement. It never rejects.
 *
 * A delivery is settled exactly once, on its own channel. One that was lost while it waited is not handled. The ack comes after what the handlers sent was accepted. A retry
 * sees the original headers and bytes. When settling fails, the bus gives up draining, or `stopping` aborts between two
 * attempts, the message goes back to the broker; it is reported, never dropped.
 */
export async function receiveDelivery(delivery: ITransportDelivery, plan: ReceivePlan, stopping: AbortSignal): Promise<DeliveryEnd> {
  try {
    if (delivery.lost.aborted) return await release(delivery, plan);
    if (dueLater(delivery, plan)) {
      await hop(delivery, plan);
      return 'settled';
    }
    return await attemptUntilDecided(delivery, plan, stopping);
  } catch (error) {
    plan.runtime.logger.error(
      { event: LOG_EVENTS.settleFailed, endpoint: plan.endpoint, error },
      'a delivery could not be settled; it is released',
    );
    return release(delivery, plan);
  }
}

/** True for a message that the broker could not delay for long enough at once. */
function dueLater({ message }: ITransportDelivery, { runtime, capabilities }: ReceivePlan): boolean {
  const due = capabilities.delay.hop ? message.headers.get(HEADERS.due) : undefined;
  return due !== undefined && Date.parse(due) > runtime.now();
}

/** Delays it once more, by as much as is left and the broker can. Not an attempt. */
async function hop(delivery: ITransportDelivery, { runtime, capabilities, endpoint }: ReceivePlan): Promise<void> {
  const left = Date.parse(delivery.message.headers.get(HEADERS.due) as string) - runtime.now();
  await delivery.redeliver({ delayMs: Math.min(left, capabilities.delay.maxMs), headers: new Map() });
  runtime.logger.debug({ event: LOG_EVENTS.messageHopped, endpoint, leftMs: left }, 'a delayed message is not due yet');
}

async function attemptUntilDecided(delivery: ITransportDelivery, plan: ReceivePlan, stopping: AbortSignal): Promise<DeliveryEnd> {
  const before = countAttempts(delivery, plan.capabilities);
  for (let attemptsHere = 1; ; attemptsHere += 1) {
    const context = new IncomingContext(delivery.message, {
      attempt: before.attempts + attemptsHere,
      nativeId: delivery.nativeId,
      lost: delivery.lost,
      surroundings: plan,
    });
    const failure = await attempt(context, plan);
    if (failure === undefined) return succeed(delivery, context, plan);
    if (plan.aborted.aborted || delivery.lost.aborted) {
      plan.observe?.({ kind: 'attempt-failed', message: context, error: failure.error, next: 'release', delayMs: 0 });
      return release(delivery, plan);
    }
    const decision = decide(failure.error, context, { attemptsHere, redeliveries: before.redeliveries }, plan);
    tellFailure(context, failure.error, decision, plan);
    if (decision.kind === 'redeliver-after') {
      await redeliverDelivery(
        delivery,
        context,
        { delayMs: decision.delayMs, redeliveries: before.redeliveries + 1, error: failure.error },
        plan,
      );
      return settled(context, 'redelivered', plan);
    }
    if (decision.kind !== 'retry-after') {
      await settleFailure(delivery, context, { error: failure.error, decision }, plan);
      return settled(context, decision.kind === 'discard' ? 'discarded' : 'dead-lettered', plan, decision);
    }
    if (!(await waitForRetry(decision.delayMs, delivery, plan, stopping))) return release(delivery, plan);
  }
}

/** One run through the pipeline; the error it ended with, or nothing. What the handlers sent is accepted before it succeeds. */
async function attempt(context: IncomingContext, plan: ReceivePlan): Promise<{ readonly error: unknown } | undefined> {
  plan.observe?.({ kind: 'attempt-started', message: context });
  try {
    const running = plan.run(context);
    if (isPromise(running)) await running;
    if (context.isCapturing) await context.whenCaptured();
    context.end();
    if (context.captured.length > 0 && !plan.capabilities.ackWithSends) await plan.dispatch(context.captured);
    return undefined;
  } catch (error) {
    context.end();
    return { error };
  }
}

function decide(
  error: unknown,
  context: IncomingContext,
  counts: { readonly attemptsHere: number; readonly redeliveries: number },
  { recovery, capabilities, runtime }: ReceivePlan,
): RecoveryDecision {
  return decideRecovery(
    {
      error,
      ...counts,
      beforeHandlers: !context.handling,
      listedDelaysOnly: capabilities.delay.steps === 'policy',
      chance: runtime.random(),
    },
    recovery,
  );
}

const NEXT = { 'retry-after': 'retry', 'redeliver-after': 'redeliver', 'dead-letter': 'dead-letter', discard: 'discard' } as const;

/** Tells the observers, logs a retry in process, and calls the user's hook; what it throws changes nothing. A redelivery is logged where it is settled. */
function tellFailure(
  context: IncomingContext,
  error: unknown,
  decision: RecoveryDecision,
  { recovery, runtime, endpoint, observe }: ReceivePlan,
): void {
  const wait = 'delayMs' in decision ? decision.delayMs : 0;
  observe?.({ kind: 'attempt-failed', message: context, error, next: NEXT[decision.kind], delayMs: wait });
  if (decision.kind !== 'retry-after' && decision.kind !== 'redeliver-after') return;
  const { messageId, attempt } = context;
  if (decision.kind === 'retry-after') {
    runtime.logger.warn(
      { event: LOG_EVENTS.messageRetried, endpoint, messageId, attempt, delayMs: decision.delayMs, error: describeError(error) },
      'a message failed and is tried again',
    );
  }
  if (recovery.onRetry === undefined) return;
  const kind = decision.kind === 'retry-after' ? 'in-process' : 'redelivery';
  try {
    recovery.onRetry({ endpoint, messageId, error, attempt, delayMs: decision.delayMs, kind });
  } catch (hookError) {
    runtime.logger.error(
      { event: LOG_EVENTS.hookFailed, endpoint, hook: 'onRetry', error: describeError(hookError) },
      'onRetry has thrown',
    );
  }
}

/** Waits between two attempts in process. False when the bus stops or the delivery is lost: it was not tried again. */
async function waitForRetry(
  delayMs: number,
  { lost }: ITransportDelivery,
  { runtime }: ReceivePlan,
  stopping: AbortSignal,
): Promise<boolean> {
  if (stopping.aborted) return false;
  if (delayMs === 0) return true;
  try {
    await runtime.sleep(delayMs, AbortSignal.any([stopping, lost]));
    return true;
  } catch {
    return false;
  }
}

async function succeed(delivery: ITransportDelivery, context: IncomingContext, plan: ReceivePlan): Promise<DeliveryEnd> {
  plan.observe?.({ kind: 'attempt-succeeded', message: context });
  if (context.outcome === 'skipped') {
    await setAside(delivery, plan);
    return settled(context, 'skipped', plan);
  }
  await (context.captured.length > 0 && plan.capabilities.ackWithSends ? delivery.ack({ sends: context.captured }) : delivery.ack());
  return settled(context, 'handled', plan);
}

function settled(context: IncomingContext, as: SettledAs, { observe }: ReceivePlan, decision?: RecoveryDecision): DeliveryEnd {
  const reason = decision?.kind === 'dead-letter' ? decision.reason : undefined;
  observe?.({ kind: 'message-settled', message: context, as, reason });
  return 'settled';
}

const SKIPPED: Readonly<Record<ReceivePlan['onUnknown'], string>> = {
  skip: 'nobody here handles the message; it was set aside',
  'dead-letter': 'nobody here handles the message; it was dead-lettered',
  discard: 'nobody here handles the message; it was acknowledged and is gone from here',
};

/** A message of an unknown name: to the endpoint's place for those, to the dead letters, or nowhere, as the endpoint says. */
async function setAside(delivery: ITransportDelivery, plan: ReceivePlan): Promise<void> {
  const headers = MessageHeaders.copyOf(delivery.message.headers).set(HEADERS.reason, 'unknown').set(HEADERS.origin, plan.endpoint);
  if (plan.onUnknown === 'dead-letter')
    await delivery.deadLetter({
      headers: new Map([
        [HEADERS.reason, 'unknown'],
        [HEADERS.origin, plan.endpoint],
        [HEADERS.failedAt, isoTime(plan.runtime.now())],
      ]),
    });
  else {
    // The original goes only after its copy was accepted.
    if (plan.onUnknown === 'skip')
      await plan.dispatch([{ destination: { kind: 'endpoint', name: plan.skippedPlace }, headers, body: delivery.message.body }]);
    await delivery.ack();
  }
  plan.runtime.logger.warn(
    {
      event: LOG_EVENTS.messageSkipped,
      endpoint: plan.endpoint,
      messageId: headers.at(SLOTS.id),
      message: headers.at(SLOTS.name),
      onUnknown: plan.onUnknown,
      place: plan.onUnknown === 'skip' ? plan.skippedPlace : undefined,
    },
    SKIPPED[plan.onUnknown],
  );
}

async function release(delivery: ITransportDelivery, plan: ReceivePlan): Promise<DeliveryEnd> {
  try {
    await delivery.release();
  } catch (error) {
    plan.runtime.logger.error(
      { event: LOG_EVENTS.settleFailed, endpoint: plan.endpoint, error },
      'a delivery could not be released; it comes again when its channel closes',
    );
  }
  return 'released';
}
