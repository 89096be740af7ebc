import { validateMessage } from '../../messages/validate-message.ts';
import { isPromise } from '../../runtime/maybe-promise.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { Step } from '../step.ts';

/** Checks the message against its schema; handlers get the schema's output. What does not fit is dead-lettered without a retry. */
export const validateIncoming: Step<IncomingContext> = {
  name: 'validate-message',
  description: 'Checks the message against its schema and hands on the output.',
  run: (context, next) => {
    const checked = validateMessage(context.contract, context.message);
    if (isPromise(checked)) {
      return checked.then((output) => {
        context.message = output;
        return next(context);
      });
    }
    context.message = checked;
    return next(context);
  },
};
