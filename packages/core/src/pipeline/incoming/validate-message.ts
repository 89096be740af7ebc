import { validateMessage } from '../../messages/validate-message.ts';
import { isPromise } from '../../runtime/maybe-promise.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { PlainStep } from '../step.ts';

/** Checks the message against its schema; handlers get the schema's output. What does not fit is dead-lettered without a retry. */
export const validateIncoming: PlainStep<IncomingContext> = {
  name: 'validate-message',
  description: 'Checks the message against its schema and hands on the output.',
  apply: (context) => {
    if (context.contract.schema === undefined) return undefined;
    const checked = validateMessage(context.contract, context.message);
    if (isPromise(checked)) return takeOver(checked, context);
    context.message = checked;
    return undefined;
  },
};

async function takeOver(checking: Promise<unknown>, context: IncomingContext): Promise<void> {
  context.message = await checking;
}
