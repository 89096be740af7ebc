import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { RunnableHandler } from './handler.ts';
import type { HandlerTable } from './handler-table.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
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
      return invokeEach(handlers, context, invokeHere);
    },
  };
}

type AnyHandle = (message: unknown, context: IncomingContext) => unknown;

function invokeHere(bound: RunnableHandler, context: IncomingContext): MaybePromise<void> {
  if (bound.idempotencyKey !== undefined) context.identify(idempotencyKeyOf(bound, context));
  return invoke(bound, context);
}

/** Calls one handler, and takes its reply. */
export function invoke(bound: RunnableHandler, context: IncomingContext): MaybePromise<void> {
  const result = (bound.handle as AnyHandle)(context.message, context) as MaybePromise<unknown>;
  if (!context.contract.hasReply) return isPromise(result) ? (result as Promise<void>) : undefined;
  return isPromise(result) ? result.then((reply) => context.settleReply(reply)) : context.settleReply(result);
}

type Call = (bound: RunnableHandler, context: IncomingContext) => MaybePromise<void>;

/** Calls one handler after another. All run, also when one fails, unless the delivery is to go back. */
export function invokeEach(handlers: readonly RunnableHandler[], context: IncomingContext, call: Call): MaybePromise<void> {
  return handlers.length === 1 ? call(handlers[0] as RunnableHandler, context) : invokeAll(handlers, context, call);
}

async function invokeAll(handlers: readonly RunnableHandler[], context: IncomingContext, call: Call): Promise<void> {
  const errors: unknown[] = [];
  for (const bound of handlers) {
    try {
      context.identify(undefined);
      await call(bound, context);
    } catch (error) {
      if (context.releaseFor !== undefined) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw handlersFailed(context.contract, errors, handlers.length);
}
