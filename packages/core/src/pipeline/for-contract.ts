import { assertContract } from '../messages/assert-contract.ts';
import type { Contract, InputOf, MessageOf } from '../messages/contract.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { ConsumeContext } from './consume-context.ts';
import type { OutgoingContext } from './outgoing-context.ts';
import type { Middleware, Next } from './step.ts';

/** The context of a middleware for one contract: its message has the type of the contract. */
export type ContextFor<C extends Contract, Context> = Context & {
  readonly message: Context extends OutgoingContext ? InputOf<C> : MessageOf<C>;
};

/**
 * Middleware for the messages of one contract; all others pass it by. It runs where it stands: in the list of a bus, an
 * endpoint or a mediator, inwards or outwards.
 *
 * ```ts no-check
 * createBus({ middleware: [logged, forContract(SubmitOrder, (context, next) => limiter.run(context.message.customerId, () => next(context)))] });
 * ```
 * @throws ConfigurationError `CONTRACT_INVALID`
 */
export function forContract<C extends Contract, Context extends ConsumeContext | OutgoingContext = ConsumeContext>(
  contract: C,
  middleware: (context: ContextFor<C, Context>, next: Next<Context>) => MaybePromise<void>,
): Middleware<Context> {
  assertContract(contract, '`forContract`');
  const run: Middleware<Context> = (context, next) =>
    context.contract.name === contract.name ? middleware(context as ContextFor<C, Context>, next) : next(context);
  return Object.defineProperty(run, 'name', { value: `${middleware.name === '' ? 'middleware' : middleware.name} for ${contract.name}` });
}
