import { ConfigurationError } from '../errors/bus-error.ts';
import type { Contract, MessageOf, ReplyOf } from '../messages/contract.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import { assertContractName } from '../messages/message-name.ts';

/**
 * User code for one contract. Its return value is the reply where the contract has one, else nothing.
 * The type is conditional on purpose: so the reply is checked where it is returned, and its literals stay literal.
 */
export type HandlerFunction<C extends Contract> = [C] extends [Contract]
  ? (message: MessageOf<C>, context: ConsumeContext<MessageOf<C>>) => ReplyOf<C> | Promise<ReplyOf<C>>
  : never;

/** A handler bound to its contract. */
export interface BoundHandler<C extends Contract = Contract> {
  readonly contract: C;
  /** Stands in the inbox key: changing it is a migration. */
  readonly id: string;
  readonly handle: (message: never, context: never) => unknown;
}

/** A list of handlers. The `| readonly []` makes the compiler take it as a tuple, which keeps long lists fast to check. */
export type HandlerList = readonly BoundHandler[] | readonly [];

/** Options of {@link handler}. */
export interface HandlerOptions {
  /** Needed when two handlers of one contract stand on one endpoint. @default the contract's name */
  readonly id?: string;
}

/**
 * Binds a function to a contract.
 *
 * ```ts no-check
 * const submitOrder = handler(SubmitOrder, async (order, context) => { await context.publish(OrderSubmitted, { orderId: order.orderId }); });
 * ```
 * @throws ConfigurationError `OPTION_INVALID` when `handle` is no function, `NAME_INVALID` when `id` is no name
 */
export function handler<C extends Contract>(contract: C, handle: HandlerFunction<C>, options: HandlerOptions = {}): BoundHandler<C> {
  if (typeof handle !== 'function') {
    throw new ConfigurationError('OPTION_INVALID', `The handler of "${contract.name}" is no function. Pass \`(message, context) => …\`.`, {
      details: { contract: contract.name },
    });
  }
  if (options.id !== undefined) assertContractName(options.id.includes('.') ? options.id : `id.${options.id}`);
  return Object.freeze({ contract, id: options.id ?? contract.name, handle: handle as BoundHandler['handle'] });
}
