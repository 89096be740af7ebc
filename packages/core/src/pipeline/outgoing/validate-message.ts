import { validateMessage } from '../../messages/validate-message.ts';
import { isPromise } from '../../runtime/maybe-promise.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { PlainStep } from '../step.ts';

/** Checks the message against the contract's schema. What is sent is the input as given, not the schema's output. */
export const validateOutgoing: PlainStep<OutgoingContext> = {
  name: 'validate-message',
  description: 'Checks the message against the schema of its contract.',
  apply: (context) => {
    const checked = validateMessage(context.contract, context.message);
    return isPromise(checked) ? checked.then(() => undefined) : undefined;
  },
};
