import { ConfigurationError } from '../errors/bus-error.ts';
import { isClass, nameValue } from '../errors/name-value.ts';
import { assertOptions } from '../errors/option-problems.ts';
import { assertContract } from '../messages/assert-contract.ts';
import type { Contract, MessageOf, ReplyInputOf } from '../messages/contract.ts';
import type { Duration } from '../runtime/duration.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import type { ConsumeContext, Replied } from '../pipeline/consume-context.ts';
import { assertContractName } from '../messages/message-name.ts';
import type { AnyHandlerClass } from './handler-class.ts';

/**
 * User code for one contract. Its return value is the reply where the contract has one, else nothing.
 * The type is conditional on purpose: so the reply is checked where it is returned, and its literals stay literal.
 */
export type HandlerFunction<C extends Contract> = [C] extends [Contract]
  ? (message: MessageOf<C>, context: ConsumeContext<MessageOf<C>, ReplyInputOf<C>>) => HandlerResult<C> | Promise<HandlerResult<C>>
  : never;

/** What a handler returns: its reply, or what `context.reply` gave; nothing where the contract has no reply. */
export type HandlerResult<C extends Contract> = C['hasReply'] extends true ? ReplyInputOf<C> | Replied : ReplyInputOf<C>;

/** A handler of any contract, once types are checked. */
export type AnyHandle = (message: never, context: never) => unknown;

/** An {@link IdempotencyKey} of any contract, once types are checked. */
export type AnyIdempotencyKey = (message: never, context: never) => string;

/** A class of handlers, and the method that is called on each instance. */
export interface HandlerMethod {
  readonly handlerClass: AnyHandlerClass;
  readonly method: string | symbol;
}

/** A handler bound to its contract. Made by `handler` and `handlerClass`, never by hand. */
export interface BoundHandler<C extends Contract = Contract> {
  readonly contract: C;
  /** Stands in the inbox key: changing it is a migration. */
  readonly id: string;
  /** How long it may take, in milliseconds; `undefined` leaves it to its endpoint. */
  readonly timeoutMs: number | undefined;
  /** Chooses the key in the inbox; `undefined` leaves it at the message id. */
  readonly idempotencyKey: AnyIdempotencyKey | undefined;
  /** A function, or a method of a class that is made anew for each message. */
  readonly target: AnyHandle | HandlerMethod;
}

/** A handler as the pipeline calls it: one of a class is a function now, too. */
export interface RunnableHandler extends BoundHandler {
  readonly handle: AnyHandle;
}

/** What stands in a list of handlers: a bound one, or a class decorated with `@handles`. */
export type HandlerLike = BoundHandler | AnyHandlerClass;

/** A list of handlers. The `| readonly []` makes the compiler take it as a tuple, which keeps long lists fast to check. */
export type HandlerList = readonly HandlerLike[] | readonly [];

/** Chooses what makes two messages the same work. */
export type IdempotencyKey<C extends Contract = Contract> = (message: MessageOf<C>, context: ConsumeContext<MessageOf<C>>) => string;

/** Options of {@link handler}. */
export interface HandlerOptions<C extends Contract = Contract> {
  /** Needed when two handlers of one contract stand on one endpoint. @default the contract's name */
  readonly id?: string;
  /**
   * How long it may take; then its signal aborts and the attempt fails as `HANDLER_TIMEOUT`. It runs on unheard: what it still
   * sends by its context is refused. @default that of the endpoint, else no limit
   */
  readonly timeout?: Duration;
  /**
   * What makes two messages the same work at this handler, 1 to 256 characters: an order number, a payment reference. With a store
   * the handler succeeds once for each key, whatever the message ids are; who asks again gets the reply that was kept. Called before
   * each attempt; it must say the same each time. What it throws fails the attempt. @default the message id
   */
  readonly idempotencyKey?: IdempotencyKey<C>;
}

export const HANDLER_OPTIONS: readonly string[] = Object.keys({ id: true, timeout: true, idempotencyKey: true } satisfies Record<
  keyof HandlerOptions,
  true
>);

/**
 * Binds a function to a contract.
 *
 * ```ts no-check
 * const submitOrder = handler(SubmitOrder, async (order, context) => { await context.publish(OrderSubmitted, { orderId: order.orderId }); });
 * ```
 * @throws ConfigurationError `CONTRACT_INVALID`, `OPTION_INVALID` when `handle` is no function, `NAME_INVALID` when `id` is no name
 */
export function handler<C extends Contract>(contract: C, handle: HandlerFunction<C>, options: HandlerOptions<C> = {}): BoundHandler<C> {
  assertContract(contract, '`handler`');
  assertOptions('`handler`', options, HANDLER_OPTIONS);
  if (typeof handle !== 'function' || isClass(handle)) {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `The handler of "${contract.name}" is ${nameValue(handle)}, and no function. Pass \`(message, context) => …\`.`,
      {
        details: { contract: contract.name },
      },
    );
  }
  return bindHandler(contract, handle as AnyHandle, options);
}

/** Binds any target to a contract. @throws ConfigurationError `OPTION_INVALID`, `NAME_INVALID` */
export function bindHandler<C extends Contract>(
  contract: C,
  target: BoundHandler['target'],
  options: HandlerOptions<never>,
): BoundHandler<C> {
  assertHandlerOptions(options);
  const timeoutMs = options.timeout === undefined ? undefined : toPositiveMilliseconds(options.timeout, 'timeout');
  return Object.freeze({ contract, id: options.id ?? contract.name, timeoutMs, idempotencyKey: options.idempotencyKey, target });
}

/** @throws ConfigurationError `NAME_INVALID` when `id` is no name, `OPTION_INVALID` when `timeout` is no duration or `idempotencyKey` no function */
export function assertHandlerOptions({ id, timeout, idempotencyKey }: HandlerOptions<never>): void {
  if (idempotencyKey !== undefined && typeof idempotencyKey !== 'function')
    throw new ConfigurationError(
      'OPTION_INVALID',
      `\`idempotencyKey\` of a handler is ${nameValue(idempotencyKey)}, and no function. Pass \`(message, context) => …\`.`,
    );
  if (timeout !== undefined) toPositiveMilliseconds(timeout, 'timeout');
  if (id === undefined) return;
  if (typeof id !== 'string') throw new ConfigurationError('NAME_INVALID', `\`id\` of a handler is ${nameValue(id)}. Use a name.`);
  assertContractName(id.includes('.') ? id : `id.${id}`);
}
