import { ConfigurationError } from '../errors/bus-error.ts';
import type { BoundHandler, HandlerLike } from '../handling/handler.ts';
import { bindHandler } from '../handling/handler.ts';
import { marksOf } from './handler-marks.ts';

/**
 * The handlers that one member of a list stands for: a bound one for itself, a class for all that `@handles` says on it.
 * @throws ConfigurationError `HANDLER_NOT_BOUND` for a class without `@handles`, and for what is no handler
 */
export function boundHandlersOf(one: HandlerLike): readonly BoundHandler[] {
  if (typeof one !== 'function') {
    if (typeof one?.contract?.name === 'string' && one.target !== undefined) return [one];
    throw notBound(
      'A list of handlers holds something that is no handler. Use `handler(X, fn)`, `handlerClass(X, Class)` or a class decorated with `@handles(X)`.',
    );
  }
  const marks = marksOf(one);
  if (marks.length === 0)
    throw notBound(
      `The class "${one.name}" says not what it handles. Decorate it with \`@handles(X)\`, or list \`handlerClass(X, ${one.name})\`.`,
    );
  return marks.map(({ contract, method, options }) => bindHandler(contract, { handlerClass: one, method }, options));
}

function notBound(message: string): ConfigurationError {
  return new ConfigurationError('HANDLER_NOT_BOUND', message);
}
