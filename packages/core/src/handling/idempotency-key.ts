import { DeliveryError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { RunnableHandler } from './handler.ts';

const LONGEST_KEY = 256;

type Choose = (message: unknown, context: IncomingContext) => unknown;

/** What makes two arrivals the same work at a handler: what it has chosen, else the message id. @throws DeliveryError `IDEMPOTENCY_KEY_INVALID`; what the handler's choice throws */
export function idempotencyKeyOf({ idempotencyKey, id }: RunnableHandler, context: IncomingContext): string {
  const key = idempotencyKey === undefined ? context.messageId : (idempotencyKey as unknown as Choose)(context.message, context);
  if (typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY) return key;
  const what = typeof key === 'string' ? `${key.length} characters long` : nameValue(key);
  throw new DeliveryError(
    'IDEMPOTENCY_KEY_INVALID',
    `The idempotency key of the handler "${id}" is ${what} for the message "${context.messageId}". Give a text of 1 to ${LONGEST_KEY} characters, by \`idempotencyKey\` of the handler.`,
    { details: { endpoint: context.endpoint, messageId: context.messageId, handler: id } },
  );
}
