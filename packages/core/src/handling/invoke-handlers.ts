import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { RunnableHandler } from './handler.ts';
import type { HandlerTable } from './handler-table.ts';
import { handlersFailed } from './handlers-failed.ts';

const NONE: readonly RunnableHandler[] = Object.freeze([]);

/** Calls the handlers of the message, one after another. All run, also when one fails; then the attempt fails with its error. */
export function invokeHandlers(table: HandlerTable): Step<IncomingContext> {
  return {
    name: 'invoke-handlers',
    description: 'Calls the handlers of the message, one after another.',
    run: (context) => {
      context.handling = true;
      const handlers = table.find(context.contract.name)?.handlers ?? NONE;
      return handlers.length === 1 ? invoke(handlers[0] as RunnableHandler, context) : invokeAll(handlers, context);
    },
  };
}

type AnyHandle = (message: unknown, context: IncomingContext) => unknown;

function invoke(bound: RunnableHandler, context: IncomingContext): MaybePromise<void> {
  const result = (bound.handle as AnyHandle)(context.message, context) as MaybePromise<unknown>;
  if (!context.contract.hasReply) return isPromise(result) ? (result as Promise<void>) : undefined;
  return isPromise(result) ? result.then((reply) => context.settleReply(reply)) : context.settleReply(result);
}

async function invokeAll(handlers: readonly RunnableHandler[], context: IncomingContext): Promise<void> {
  const errors: unknown[] = [];
  for (const bound of handlers) {
    try {
      await invoke(bound, context);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw handlersFailed(context.contract, errors, handlers.length);
}
