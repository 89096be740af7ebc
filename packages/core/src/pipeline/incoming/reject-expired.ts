import { DeliveryError } from '../../errors/bus-error.ts';
import { SLOTS } from '../../messages/message-headers.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { PlainStep } from '../step.ts';

/** Refuses a message whose time is over; it ends in the dead letters as `expired`. */
export function rejectExpired(runtime: Runtime): PlainStep<IncomingContext> {
  return {
    name: 'reject-expired',
    description: 'Sends a message whose time is over to the dead letters.',
    apply: (context) => {
      const expires = context.allHeaders.at(SLOTS.expires);
      if (expires !== undefined && Date.parse(expires) <= runtime.now()) {
        throw new DeliveryError(
          'MESSAGE_EXPIRED',
          `The message "${context.messageId}" expired at ${expires}. Give it more time, or handle faster.`,
          {
            details: { messageId: context.messageId, expires },
          },
        );
      }
    },
  };
}
