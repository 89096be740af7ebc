import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { RunnableHandler } from './handler.ts';
import { handlersFailed } from './handlers-failed.ts';

type AnyHandle = (message: unknown, context: IncomingContext) => unknown;
type Invoke = (bound: RunnableHandler, context: IncomingContext) => MaybePromise<void>;

/** Calls one handler, and takes its reply. */
export function invoke(bound: RunnableHandler, context: IncomingContext): MaybePromise<void> {
  const result = (bound.handle as AnyHandle)(context.message, context) as MaybePromise<unknown>;
  if (!context.contract.hasReply) return isPromise(result) ? (result as Promise<void>) : undefined;
  return isPromise(result) ? result.then((reply) => context.settleReply(reply)) : context.settleReply(result);
}

/**
 * Calls one handler after another. All run, also when one fails; then the attempt fails with its error. Where the delivery is to go
 * back, no further one is called.
 */
export function invokeEach(handlers: readonly RunnableHandler[], context: IncomingContext, invokeOne: Invoke): MaybePromise<void> {
  return handlers.length === 1 ? invokeOne(handlers[0] as RunnableHandler, context) : invokeAll(handlers, context, invokeOne);
}

async function invokeAll(handlers: readonly RunnableHandler[], context: IncomingContext, invokeOne: Invoke): Promise<void> {
  const errors: unknown[] = [];
  for (const bound of handlers) {
    try {
      context.identify(undefined);
      await invokeOne(bound, context);
    } catch (error) {
      if (context.releaseFor !== undefined) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw handlersFailed(context.contract, errors, handlers.length);
}
