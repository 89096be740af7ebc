import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { RunnableHandler } from './handler.ts';
import type { HandlerTable } from './handler-table.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { invoke, invokeEach } from './invoke.ts';

const NONE: readonly RunnableHandler[] = Object.freeze([]);

/** Calls the handlers of the message, one after another. All run, also when one fails; then the attempt fails with its error. */
export function invokeHandlers(table: HandlerTable): Step<IncomingContext> {
  return {
    name: 'invoke-handlers',
    description: 'Calls the handlers of the message, one after another.',
    run: (context) => {
      context.handling = true;
      return invokeEach(table.find(context.contract.name)?.handlers ?? NONE, context, invokeHere);
    },
  };
}

function invokeHere(bound: RunnableHandler, context: IncomingContext): MaybePromise<void> {
  if (bound.idempotencyKey !== undefined) context.identify(idempotencyKeyOf(bound, context));
  return invoke(bound, context);
}
