import { ConfigurationError } from '../errors/bus-error.ts';
import { isClass, nameValue } from '../errors/name-value.ts';
import type { BoundHandler, HandlerLike } from '../handling/handler.ts';
import type { AnyHandlerClass } from '../handling/handler-class.ts';
import { bindHandler } from '../handling/handler.ts';
import { marksOf } from './handler-marks.ts';

/**
 * The handlers that one member of a list stands for: a bound one for itself, a class for all that `@handles` says on it.
 * `place` says where the list was given.
 * @throws ConfigurationError `HANDLER_NOT_BOUND` for a class without `@handles`, and for what is no handler
 */
export function boundHandlersOf(one: HandlerLike, place: string): readonly BoundHandler[] {
  if (typeof one !== 'function') {
    if (typeof one?.contract?.name === 'string' && one.target !== undefined) return [one];
    throw notBound(
      `\`handlers\` of ${place} holds ${nameValue(one)}, and no handler. Use \`handler(X, fn)\`, \`handlerClass(X, Class)\` or a class decorated with \`@handles(X)\`.`,
    );
  }
  const marks = marksOf(one);
  if (marks.length === 0)
    throw notBound(`\`handlers\` of ${place} holds ${nameValue(one)}, which says not what it handles. ${wayOut(one)}`);
  return marks.map(({ contract, method, options }) => bindHandler(contract, { handlerClass: one, method }, options));
}

function wayOut(one: AnyHandlerClass): string {
  const name = one.name === '' ? (isClass(one) ? 'Class' : 'fn') : one.name;
  return isClass(one) ? `Decorate it with \`@handles(X)\`, or list \`handlerClass(X, ${name})\`.` : `List \`handler(X, ${name})\`.`;
}

function notBound(message: string): ConfigurationError {
  return new ConfigurationError('HANDLER_NOT_BOUND', message);
}
