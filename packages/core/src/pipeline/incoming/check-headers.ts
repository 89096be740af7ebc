import { DeliveryError } from '../../errors/bus-error.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { Step } from '../step.ts';

/** Refuses a message with a header that no honest sender writes; it ends in the dead letters as `unreadable`. */
export const checkHeaders: Step<IncomingContext> = {
  name: 'check-headers',
  description: 'Sends a message with a header named __proto__ to the dead letters.',
  run: (context, next) => {
    if (context.allHeaders.has('__proto__')) {
      throw new DeliveryError(
        'HEADER_NOT_ALLOWED',
        `The message "${context.messageId}" has a header named __proto__. Find out who sent it.`,
        {
          details: { messageId: context.messageId },
        },
      );
    }
    return next(context);
  },
};
