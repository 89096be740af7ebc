import { HEADERS } from '../messages/headers.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import { deliveryLogFields } from '../messages/log-fields.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import { describeError } from '../recoverability/failure-headers.ts';
import type { ITransportDelivery, SettleResult } from '../transport/delivery.ts';
import { countAttempts } from './count-attempts.ts';
import { executeDecision } from './execute-decision.ts';
import type { FailureStreak } from './failure-streak.ts';
import type { ReceivePlan } from './receive-plan.ts';
import { setAside } from './set-aside.ts';
import type { SettleBackoff } from './settle-backoff.ts';

/** How a delivery ended: settled; back at the broker; or lost, with the right to settle it. The last two come again. */
export type DeliveryEnd = 'settled' | 'released' | 'lost';

/** What one endpoint shares between its deliveries. */
export interface ReceiveScope {
  readonly plan: ReceivePlan;
  readonly backoff: SettleBackoff;
  readonly failures: FailureStreak;
}

/** A failed attempt. */
interface Failure {
  readonly error: unknown;
}

/**
 * The spine: one delivery, from its arrival to its settlement. It never rejects, and answers at once where nothing waits.
 *
 * A delivery is settled exactly once, on its own channel. One that was lost while it waited is not handled. The ack comes
 * after what the handlers sent was accepted. A retry sees the original headers and bytes. When settling fails, the bus
 * gives up draining, or `stopping` aborts between two attempts, the message goes back to the broker; it is reported, never
 * dropped.
 */
export function receiveDelivery(delivery: ITransportDelivery, scope: ReceiveScope): MaybePromise<DeliveryEnd> {
  const { plan } = scope;
  if (delivery.isLost) return releaseDelivery(delivery, plan);
  if (isDueLater(delivery, plan)) return settleOrRelease(delivery, scope, undefined);
  const headers = MessageHeaders.readOnly(delivery.message.headers);
  const context = new IncomingContext(delivery, headers, plan, countAttempts(headers, delivery).attempts + 1);
  plan.observe?.({ kind: 'attempt-started', message: context });
  try {
    const running = plan.run(context);
    if (isPromise(running)) return goOnAfter(running, delivery, scope, context);
  } catch (error) {
    return settleFirst(delivery, scope, context, failed(context, error));
  }
  return concludeFirst(delivery, scope, context);
}

/** Goes on when what the first attempt waits for has ended. Not `async`, which would cost twice as much memory. */
function goOnAfter(
  waits: Promise<void>,
  delivery: ITransportDelivery,
  scope: ReceiveScope,
  context: IncomingContext,
): Promise<DeliveryEnd> {
  return Promise.resolve(waits).then(
    () => concludeFirst(delivery, scope, context),
    (error: unknown) => settleFirst(delivery, scope, context, failed(context, error)),
  );
}

/** The handlers of the first attempt have returned. */
function concludeFirst(delivery: ITransportDelivery, scope: ReceiveScope, context: IncomingContext): MaybePromise<DeliveryEnd> {
  try {
    const concluding = conclude(context, scope.plan);
    if (isPromise(concluding)) return goOnAfter(concluding, delivery, scope, context);
  } catch (error) {
    return settleFirst(delivery, scope, context, failed(context, error));
  }
  return settleFirst(delivery, scope, context, undefined);
}

/** The first attempt is over. What went the ordinary way is acked here; all else takes the longer way. */
function settleFirst(
  delivery: ITransportDelivery,
  scope: ReceiveScope,
  context: IncomingContext,
  attempted: Failure | undefined,
): MaybePromise<DeliveryEnd> {
  if (attempted !== undefined || context.outcome !== 'handled' || context.releaseFor !== undefined)
    return settleOrRelease(delivery, scope, { context, attempted });
  try {
    const acked = acknowledge(delivery, context, scope.plan);
    if (isPromise(acked)) return settleOrRelease(delivery, scope, { context, acked });
    succeeded(context, scope, acked);
    return acked;
  } catch (error) {
    return settleOrRelease(delivery, scope, { context, acked: Promise.reject<SettleResult>(error) });
  }
}

/** The first attempt at a delivery, where it did not go the ordinary way, or its settlement waits for something. */
type FirstAttempt = { readonly context: IncomingContext } & (
  | { readonly attempted: Failure | undefined; readonly acked?: never }
  /** It went well, and its ack is under way. */
  | { readonly acked: Promise<SettleResult>; readonly attempted?: never }
);

/** Settles a delivery; one without an attempt hops. Where that fails, it goes back after a pause; it is reported, never dropped. */
async function settleOrRelease(delivery: ITransportDelivery, scope: ReceiveScope, first: FirstAttempt | undefined): Promise<DeliveryEnd> {
  try {
    if (first === undefined) return await hop(delivery, scope.plan);
    const end = await (first.acked === undefined
      ? untilDecided(delivery, scope, first)
      : untilSettled(delivery, scope, first, first.acked));
    if (end === 'settled') scope.backoff.succeeded();
    return end;
  } catch (error) {
    const { runtime, endpoint, aborted, stopping } = scope.plan;
    runtime.logger.error(
      {
        event: LOG_EVENTS.settleFailed,
        endpoint,
        ...deliveryLogFields(delivery),
        nativeId: delivery.nativeId,
        brokerAttempt: delivery.attempt,
        error: describeError(error),
      },
      'a delivery could not be settled; it is given back after a pause',
    );
    await scope.backoff.pause([stopping, aborted, delivery.lost]);
    return giveBack(delivery, scope);
  }
}

/** The handlers are done; the ack is under way. What the broker refused to send makes the attempt a failed one. */
async function untilSettled(
  delivery: ITransportDelivery,
  scope: ReceiveScope,
  { context }: FirstAttempt,
  acked: Promise<SettleResult>,
): Promise<DeliveryEnd> {
  try {
    const end = await acked;
    succeeded(context, scope, end);
    return end;
  } catch (error) {
    if (!isRefusedSend(error, context)) throw goesBack(error, context, scope);
    return untilDecided(delivery, scope, { context, attempted: { error } });
  }
}

/** Goes on from the first attempt until the message is settled, with further attempts in process where the policy wants them. */
async function untilDecided(
  delivery: ITransportDelivery,
  scope: ReceiveScope,
  first: { readonly context: IncomingContext; readonly attempted: Failure | undefined },
): Promise<DeliveryEnd> {
  const { plan } = scope;
  let { context, attempted } = first;
  const { redeliveries } = countAttempts(context.allHeaders, delivery);
  for (let attemptsHere = 1; ; attemptsHere += 1) {
    const failure = attempted ?? (await settleSuccess(delivery, context, scope));
    if (typeof failure === 'string') return failure;
    if (plan.aborted.aborted || delivery.isLost || context.releaseFor !== undefined) {
      plan.observe?.({ kind: 'attempt-failed', message: context, error: failure.error, next: 'release', delayMs: 0 });
      return releaseDelivery(delivery, plan);
    }
    const counts = { attemptsHere, redeliveries };
    const decided = await executeDecision({ delivery, context, error: failure.error, counts }, plan);
    if (decided.kind === 'ended') {
      scope.failures.failed();
      return decided.end;
    }
    if (!(await waitForRetry(decided.delayMs, delivery, plan))) return releaseDelivery(delivery, plan);
    context = new IncomingContext(delivery, context.allHeaders, plan, context.attempt + 1);
    attempted = await attempt(context, plan);
  }
}

/** Settles what went well; a failure when the broker refused what the handlers sent. Rejects when settling failed. */
async function settleSuccess(delivery: ITransportDelivery, context: IncomingContext, scope: ReceiveScope): Promise<DeliveryEnd | Failure> {
  const { plan } = scope;
  try {
    if (context.releaseFor !== undefined) return context.releaseFor;
    const end = await (context.outcome === 'skipped' ? setAside(delivery, plan) : acknowledge(delivery, context, plan));
    succeeded(context, scope, end);
    return end;
  } catch (error) {
    if (isRefusedSend(error, context)) return { error };
    throw goesBack(error, context, scope);
  }
}

/** Nothing more is to be tried. A message whose delivery was lost is not settled. */
function succeeded(context: IncomingContext, { plan: { observe }, backoff, failures }: ReceiveScope, end: DeliveryEnd): void {
  if (end === 'settled') {
    backoff.succeeded();
    failures.succeeded();
  }
  if (observe === undefined) return;
  observe({ kind: 'attempt-succeeded', message: context });
  if (end === 'settled') observe({ kind: 'message-settled', message: context, as: context.outcome, reason: undefined });
}

/** Settling failed: the attempt was for nothing. Returns the error. */
function goesBack(error: unknown, context: IncomingContext, { plan }: ReceiveScope): unknown {
  plan.observe?.({ kind: 'attempt-failed', message: context, error, next: 'release', delayMs: 0 });
  return error;
}

function acknowledge(delivery: ITransportDelivery, context: IncomingContext, { capabilities }: ReceivePlan): MaybePromise<SettleResult> {
  return context.hasCaptured && capabilities.ackWithSends ? delivery.ack({ sends: context.captured }) : delivery.ack();
}

/** True for an ack that failed because of a message that was to leave with it: another ack would fail as well. */
function isRefusedSend(error: unknown, context: IncomingContext): boolean {
  return context.hasCaptured && isBusError(error) && error.radius === 'message';
}

/** A further attempt: one run through the pipeline. The error it ended with, or nothing. */
async function attempt(context: IncomingContext, plan: ReceivePlan): Promise<Failure | undefined> {
  plan.observe?.({ kind: 'attempt-started', message: context });
  try {
    await plan.run(context);
    await conclude(context, plan);
    return undefined;
  } catch (error) {
    return failed(context, error);
  }
}

/** The handlers have returned. It is done when what they sent is accepted, too; what is done already is not done again. */
function conclude(context: IncomingContext, plan: ReceivePlan): MaybePromise<void> {
  return context.isCapturing ? concludeCaptured(context, plan) : dispatchCaptured(context, plan);
}

/** One that nobody awaits may begin right behind the last: it is waited for too, or comes after the end and is told so. */
async function concludeCaptured(context: IncomingContext, plan: ReceivePlan): Promise<void> {
  await context.whenCaptured();
  await conclude(context, plan);
}

function dispatchCaptured(context: IncomingContext, { capabilities, dispatch }: ReceivePlan): MaybePromise<void> {
  if (context.ended) return undefined;
  context.end();
  return !context.hasCaptured || capabilities.ackWithSends ? undefined : dispatch(context.captured);
}

function failed(context: IncomingContext, error: unknown): Failure {
  context.end();
  return { error };
}

/** True for a message that the broker could not delay for long enough at once. */
function isDueLater({ message }: ITransportDelivery, { runtime, capabilities }: ReceivePlan): boolean {
  const due = capabilities.delay.hop ? message.headers.get(HEADERS.due) : undefined;
  return due !== undefined && Date.parse(due) > runtime.now();
}

/** Delays it once more, by as much as is left and the broker can. Not an attempt. */
async function hop(delivery: ITransportDelivery, { runtime, capabilities, endpoint }: ReceivePlan): Promise<DeliveryEnd> {
  const left = Date.parse(delivery.message.headers.get(HEADERS.due) as string) - runtime.now();
  const end = await delivery.redeliver({ delayMs: Math.min(left, capabilities.delay.maxMs), headers: new Map() });
  runtime.logger.debug(
    { event: LOG_EVENTS.messageHopped, endpoint, ...deliveryLogFields(delivery), leftMs: left },
    'a delayed message is not due yet',
  );
  return end;
}

/** Waits between two attempts in process. False when the bus stops or the delivery is lost: it was not tried again. */
async function waitForRetry(delayMs: number, { lost }: ITransportDelivery, { runtime, stopping }: ReceivePlan): Promise<boolean> {
  if (stopping.aborted) return false;
  if (delayMs === 0) return true;
  try {
    await runtime.sleep(delayMs, AbortSignal.any([stopping, lost]));
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives a delivery back, again and again with pauses between, until the broker has it or it is lost: kept, it would take a
 * place of the prefetch, and hold its lane, for as long as the channel is open. After `stopping` has aborted, once. Never rejects.
 */
export async function giveBack(delivery: ITransportDelivery, scope: ReceiveScope): Promise<DeliveryEnd> {
  const { plan, backoff } = scope;
  const { stopping } = plan;
  for (;;) {
    const end = await tryRelease(delivery, plan);
    if (end !== undefined) return end;
    if (stopping.aborted || delivery.isLost) return 'released';
    await backoff.pause([stopping, plan.aborted, delivery.lost]);
  }
}

/** Gives a delivery back; it comes again. Where even that fails, it comes again when its channel closes. Never rejects. */
export async function releaseDelivery(delivery: ITransportDelivery, plan: ReceivePlan): Promise<DeliveryEnd> {
  return (await tryRelease(delivery, plan)) ?? 'released';
}

/** Nothing where it failed; that is logged. */
async function tryRelease(delivery: ITransportDelivery, { runtime, endpoint }: ReceivePlan): Promise<DeliveryEnd | undefined> {
  try {
    if ((await delivery.release()) === 'lost') return 'lost';
    runtime.logger.debug(
      { event: LOG_EVENTS.messageReleased, endpoint, ...deliveryLogFields(delivery) },
      'a message was given back; it comes again',
    );
    return 'released';
  } catch (error) {
    runtime.logger.error(
      {
        event: LOG_EVENTS.settleFailed,
        endpoint,
        ...deliveryLogFields(delivery),
        nativeId: delivery.nativeId,
        error: describeError(error),
      },
      'a delivery could not be released; it is tried again, or comes again when its channel closes',
    );
    return undefined;
  }
}
