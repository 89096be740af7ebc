import { HEADERS } from '../messages/headers.ts';
import { isoTime } from '../messages/iso-time.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { RecoveryDecision } from '../recoverability/decide-recovery.ts';
import { describeError, failureHeaders } from '../recoverability/failure-headers.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';

/** What settling a failed delivery works with. */
export interface FailurePlan {
  readonly endpoint: string;
  readonly runtime: Runtime;
  readonly capabilities: TransportCapabilities;
}

/** A failed attempt that is followed by a redelivery. */
export interface Redelivery {
  readonly error: unknown;
  readonly delayMs: number;
  /** Redeliveries so far, this one included. */
  readonly redeliveries: number;
}

/** A failed attempt that is followed by none. */
export interface FinalAttempt {
  readonly error: unknown;
  readonly decision: Extract<RecoveryDecision, { readonly kind: 'dead-letter' | 'discard' }>;
}

/** Brings the message again later. A delay that is longer than the broker can is made of several. */
export async function redeliverDelivery(
  delivery: ITransportDelivery,
  context: IncomingContext,
  { error, delayMs, redeliveries }: Redelivery,
  { endpoint, runtime, capabilities }: FailurePlan,
): Promise<void> {
  const headers = new Map<string, string>([
    [HEADERS.attempt, String(context.attempt)],
    [HEADERS.redelivery, String(redeliveries)],
  ]);
  const isLong = capabilities.delay.hop && delayMs > capabilities.delay.maxMs;
  if (isLong) headers.set(HEADERS.due, isoTime(runtime.now() + delayMs));
  await delivery.redeliver({ delayMs: isLong ? capabilities.delay.maxMs : delayMs, headers });
  runtime.logger.warn(
    { event: LOG_EVENTS.messageFailed, ...fieldsOf(context, endpoint, error), delayMs },
    'a message failed and comes again later',
  );
}

/** Moves the message to the dead letters, or ends it where a rule says so. */
export async function settleFailure(
  delivery: ITransportDelivery,
  context: IncomingContext,
  { error, decision }: FinalAttempt,
  { endpoint, runtime, capabilities }: FailurePlan,
): Promise<void> {
  const fields = fieldsOf(context, endpoint, error);
  if (decision.kind === 'discard') {
    await delivery.ack();
    runtime.logger.warn({ event: LOG_EVENTS.messageDiscarded, ...fields }, 'a message failed and was discarded, as a rule says');
    return;
  }
  const headers = failureHeaders({
    reason: decision.reason,
    error,
    origin: endpoint,
    attempt: context.attempt,
    failedAt: runtime.now(),
    maxHeaderBytes: capabilities.maxHeaderBytes,
    headerBytes: MessageHeaders.copyOf(delivery.message.headers).byteLength(),
  });
  await delivery.deadLetter({ headers });
  runtime.logger.error({ event: LOG_EVENTS.messageDeadLettered, reason: decision.reason, ...fields }, 'a message was dead-lettered');
}

function fieldsOf({ messageId, attempt }: IncomingContext, endpoint: string, error: unknown): Readonly<Record<string, unknown>> {
  return { endpoint, messageId, attempt, error: describeError(error) };
}
