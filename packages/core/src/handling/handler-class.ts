import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions } from '../errors/option-problems.ts';
import { assertContract } from '../messages/assert-contract.ts';
import type { Contract } from '../messages/contract.ts';
import type { BoundHandler, HandlerFunction, HandlerOptions } from './handler.ts';
import { bindHandler, HANDLER_OPTIONS } from './handler.ts';

/**
 * What a handler class of the contract implements: `class SubmitOrderHandler implements Handler<typeof SubmitOrder>`.
 * `handle` is a property on purpose: written as a method, the compiler would accept a class that wants more than the message has.
 */
export interface Handler<C extends Contract> {
  readonly handle: HandlerFunction<C>;
}

/** A class whose instances are a {@link Handler}, whatever its constructor takes. */
export type HandlerClass<C extends Contract> = abstract new (...args: never[]) => Handler<C>;

/** Any class. Whether it was decorated is seen at run time only. */
export type AnyHandlerClass = abstract new (...args: never[]) => object;

/**
 * Binds a class to a contract: what `@handles` does, without a decorator. Each message gets an instance of its own, made by
 * the container of the bus, else by `new`. `method` names the method that is called. @default 'handle'
 *
 * ```ts no-check
 * const handlers = [handlerClass(SubmitOrder, SubmitOrderHandler), handlerClass(OrderSubmitted, Mails, { method: 'confirm' })];
 * ```
 * @throws ConfigurationError `CONTRACT_INVALID`, `OPTION_INVALID` when `target` is no class, `NAME_INVALID` when `id` is no name
 */
export function handlerClass<C extends Contract>(contract: C, target: HandlerClass<C>, options?: HandlerOptions<C>): BoundHandler<C>;
export function handlerClass<C extends Contract, Method extends string>(
  contract: C,
  target: abstract new (...args: never[]) => { readonly [Name in Method]: HandlerFunction<C> },
  options: HandlerOptions<C> & { readonly method: Method },
): BoundHandler<C>;
export function handlerClass<C extends Contract>(
  contract: C,
  target: AnyHandlerClass,
  options: HandlerOptions<C> & { readonly method?: string } = {},
): BoundHandler<C> {
  assertContract(contract, '`handlerClass`');
  assertOptions('`handlerClass`', options, [...HANDLER_OPTIONS, 'method']);
  if (typeof target !== 'function') {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `The handler of "${contract.name}" is ${nameValue(target)}, and no class. Pass the class itself.`,
      {
        details: { contract: contract.name },
      },
    );
  }
  return bindHandler(contract, { handlerClass: target, method: options.method ?? 'handle' }, options);
}
