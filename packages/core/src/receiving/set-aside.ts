import { DeliveryError } from '../errors/bus-error.ts';
import { HEADERS } from '../messages/headers.ts';
import { deliveryLogFields } from '../messages/log-fields.ts';
import { MessageHeaders, SLOTS } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import { failureHeaders } from '../recoverability/failure-headers.ts';
import type { ITransportDelivery, SettleResult } from '../transport/delivery.ts';
import { countAttempts } from './count-attempts.ts';
import type { ReceivePlan } from './receive-plan.ts';

const SKIPPED: Readonly<Record<ReceivePlan['onUnknown'], string>> = {
  skip: 'nobody here handles the message; it was set aside',
  'dead-letter': 'nobody here handles the message; it was dead-lettered',
  discard: 'nobody here handles the message; it was acknowledged and is gone from here',
};

/** A message of an unknown name: to the endpoint's place for those, to the dead letters, or nowhere, as the endpoint says. */
export async function setAside(delivery: ITransportDelivery, plan: ReceivePlan): Promise<SettleResult> {
  const headers = MessageHeaders.copyOf(delivery.message.headers);
  const messageId = headers.at(SLOTS.id) ?? delivery.nativeId;
  const name = headers.at(SLOTS.name);
  const result = await settle(delivery, plan, unknownName(plan.endpoint, messageId, name));
  if (result === 'lost') return result;
  const place = plan.onUnknown === 'skip' ? plan.skippedPlace : undefined;
  plan.runtime.logger.warn(
    { event: LOG_EVENTS.messageSkipped, endpoint: plan.endpoint, ...deliveryLogFields(delivery), onUnknown: plan.onUnknown, place },
    SKIPPED[plan.onUnknown],
  );
  return result;
}

async function settle(delivery: ITransportDelivery, plan: ReceivePlan, error: DeliveryError): Promise<SettleResult> {
  if (plan.onUnknown === 'discard') return delivery.ack();
  const headers = MessageHeaders.copyOf(delivery.message.headers);
  const why = failureHeaders({
    reason: 'unknown',
    error,
    origin: plan.endpoint,
    attempt: countAttempts(headers, delivery).attempts + 1,
    failedAt: plan.runtime.now(),
    maxHeaderBytes: plan.capabilities.maxHeaderBytes,
    headerBytes: headers.byteLength(),
  });
  if (plan.onUnknown === 'dead-letter') return delivery.deadLetter({ headers: why });
  for (const [header, value] of why) headers.set(header, value);
  headers.delete(HEADERS.attempt);
  headers.delete(HEADERS.trial);
  // The original goes only after its copy was accepted.
  await plan.dispatch([{ destination: { kind: 'endpoint', name: plan.skippedPlace }, headers, body: delivery.message.body }]);
  return delivery.ack();
}

function unknownName(endpoint: string, messageId: string, name: string | undefined): DeliveryError {
  return new DeliveryError(
    'MESSAGE_NAME_UNKNOWN',
    `The message "${messageId}" is "${name}", which nobody at the endpoint "${endpoint}" handles. Deploy its handler, or mend the sender's route.`,
    { details: { endpoint, messageId, message: name } },
  );
}
