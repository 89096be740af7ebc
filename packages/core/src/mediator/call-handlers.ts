import { handlersFailed } from '../handling/handlers-failed.ts';
import type { RunnableHandler } from '../handling/handler.ts';
import type { Contract } from '../messages/contract.ts';
import type { Middleware } from '../pipeline/step.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { MediatorContext } from './mediator-context.ts';

type Handle = (message: unknown, context: MediatorContext) => MaybePromise<unknown>;

/** The end of a mediator's chain: the one handler of a command or query, all handlers of an event. */
export function callHandlers(contract: Contract, handlers: readonly RunnableHandler[]): Middleware<MediatorContext> {
  const handles = handlers.map(({ handle }) => handle as unknown as Handle);
  const [first] = handles;
  if (handles.length > 1) return (context) => callAll(contract, handles, context);
  if (contract.hasReply) return (context) => callForReply(first as Handle, context);
  return (context) => (first as Handle)(context.message, context) as MaybePromise<void>;
}

function callForReply(handle: Handle, context: MediatorContext): MaybePromise<void> {
  const returned = handle(context.message, context);
  if (!isPromise(returned)) return context.settleReply(returned);
  return returned.then((reply) => context.settleReply(reply));
}

/** One after another. All run, also when one fails. */
async function callAll(contract: Contract, handles: readonly Handle[], context: MediatorContext): Promise<void> {
  const errors: unknown[] = [];
  for (const handle of handles) {
    try {
      await handle(context.message, context);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw handlersFailed(contract, errors, handles.length);
}
