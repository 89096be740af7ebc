import { DeliveryError } from '../../errors/bus-error.ts';
import { HEADERS } from '../../messages/headers.ts';
import { SLOTS } from '../../messages/message-headers.ts';
import { holdsUnsafeCharacters } from '../../messages/unsafe-characters.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { Step } from '../step.ts';

/** What goes on into every message that handlers send, and into the log. */
const LINKS = Object.freeze([
  { slot: SLOTS.id, header: HEADERS.id },
  { slot: SLOTS.correlation, header: HEADERS.correlation },
  { slot: SLOTS.conversation, header: HEADERS.conversation },
  { slot: SLOTS.tenant, header: HEADERS.tenant },
]);

/** Refuses a message with a header that no honest sender writes; it ends in the dead letters as `unreadable`. */
export const checkHeaders: Step<IncomingContext> = {
  name: 'check-headers',
  description: 'Sends a message with a header named __proto__, or with control characters in its ids, to the dead letters.',
  run: (context, next) => {
    const { allHeaders } = context;
    if (allHeaders.has('__proto__')) throw notAllowed(context, 'a header named __proto__');
    for (const { slot, header } of LINKS) {
      const value = allHeaders.at(slot);
      if (value !== undefined && holdsUnsafeCharacters(value))
        throw notAllowed(context, `control characters, or half of a surrogate pair, in its header ${header}`);
    }
    return next(context);
  },
};

function notAllowed({ messageId }: IncomingContext, what: string): DeliveryError {
  return new DeliveryError('HEADER_NOT_ALLOWED', `The message ${JSON.stringify(messageId)} has ${what}. Find out who sent it.`, {
    details: { messageId },
  });
}
