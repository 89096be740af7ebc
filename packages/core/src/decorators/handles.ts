import { ConfigurationError } from '../errors/bus-error.ts';
import { assertOptions } from '../errors/option-problems.ts';
import type { HandlerFunction, HandlerOptions } from '../handling/handler.ts';
import { assertHandlerOptions, HANDLER_OPTIONS } from '../handling/handler.ts';
import type { HandlerClass } from '../handling/handler-class.ts';
import type { Contract } from '../messages/contract.ts';
import { markHandler } from './handler-marks.ts';

/** The decorator that {@link handles} makes: for a class or for a method, under both decorator conventions. */
export interface HandlesDecorator<C extends Contract> {
  (target: HandlerClass<C>, context?: ClassDecoratorContext): void;
  <Method extends HandlerFunction<C>>(method: Method, context: ClassMethodDecoratorContext): void;
  <Method extends HandlerFunction<C>>(prototype: object, name: string | symbol, descriptor: TypedPropertyDescriptor<Method>): void;
}

/**
 * Says what a class, or one of its methods, handles. Works with `experimentalDecorators` and with standard decorators, and
 * needs no metadata. On a class it is the method `handle`; on methods one class handles several contracts. Each message
 * gets an instance of its own. Under standard decorators it stands above whatever else replaces the method.
 * @throws ConfigurationError `HANDLER_NOT_BOUND` on a static, private or other member, or without a contract; `NAME_INVALID`
 */
export function handles<C extends Contract>(contract: C, options: HandlerOptions<C> = {}): HandlesDecorator<C> {
  if (typeof contract?.name !== 'string') {
    throw refused('`@handles` was given no contract. Import the contract before the class; a circle of imports leaves it undefined');
  }
  assertOptions('`@handles`', options, HANDLER_OPTIONS);
  assertHandlerOptions(options);
  const decorate = (target: unknown, at: unknown, descriptor?: PropertyDescriptor): void => {
    const name = `\`@handles\` of "${contract.name}"`;
    if (isStandard(at)) {
      if (at.kind === 'class') markHandler(target as object, { contract, options, method: 'handle' });
      else if (at.kind !== 'method' || at.static || at.private) throw refused(`${name} stands on ${describeMember(at)}`);
      else markHandler(target as object, { contract, options, method: at.name });
    } else if (at === undefined) markHandler(target as object, { contract, options, method: 'handle' });
    else if (typeof target === 'function' || typeof descriptor?.value !== 'function')
      throw refused(`${name} stands on "${String(at as string)}", which is no method of an instance`);
    else markHandler((target as object).constructor, { contract, options, method: at as string | symbol });
  };
  return decorate as HandlesDecorator<C>;
}

function isStandard(at: unknown): at is DecoratorContext {
  return typeof at === 'object' && at !== null && 'kind' in at;
}

function describeMember(at: Exclude<DecoratorContext, ClassDecoratorContext>): string {
  const kind = at.kind === 'method' ? `${at.static ? 'static' : 'private'} method` : at.kind;
  return `the ${kind} "${String(at.name)}", which is no public method of an instance`;
}

function refused(reason: string): ConfigurationError {
  return new ConfigurationError('HANDLER_NOT_BOUND', `${reason}. Put it on a class or on a public method of its instances.`);
}
