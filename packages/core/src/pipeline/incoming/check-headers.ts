import { DeliveryError } from '../../errors/bus-error.ts';
import { HEADERS } from '../../messages/headers.ts';
import { SLOTS } from '../../messages/message-headers.ts';
import { holdsUnsafeCharacters } from '../../messages/unsafe-characters.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { PlainStep } from '../step.ts';

/** Refuses a message with a header that no honest sender writes; it ends in the dead letters as `unreadable`. */
export const checkHeaders: PlainStep<IncomingContext> = {
  name: 'check-headers',
  description: 'Sends a message with a header named __proto__, or with control characters in its tenant, to the dead letters.',
  apply: (context) => {
    const { allHeaders } = context;
    if (allHeaders.hasCustom('__proto__')) throw notAllowed(context, 'a header named __proto__');
    // Another tenant, or none, would see what this one's message causes: the others of its ids are only not carried on.
    const tenant = allHeaders.at(SLOTS.tenant);
    if (tenant !== undefined && holdsUnsafeCharacters(tenant))
      throw notAllowed(context, `control characters, or half of a surrogate pair, in its header ${HEADERS.tenant}`);
  },
};

function notAllowed({ messageId }: IncomingContext, what: string): DeliveryError {
  return new DeliveryError('HEADER_NOT_ALLOWED', `The message ${JSON.stringify(messageId)} has ${what}. Find out who sent it.`, {
    details: { messageId },
  });
}
