import type { AnyHandle, BoundHandler, HandlerMethod, RunnableHandler } from '../handling/handler.ts';
import type { AnyHandlerClass } from '../handling/handler-class.ts';
import { attemptLogFields } from '../messages/log-fields.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { Logger } from '../observability/logger.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { IContainer, IScope } from './container.ts';
import { isDisposable, newInstance, newInstances } from './new-instances.ts';

/** A method of an instance, by its name. */
type Instance = Readonly<Record<string | symbol, (message: unknown, context: ConsumeContext) => unknown>>;

/**
 * Tells the container which classes it will be asked for, each once.
 * @throws whatever the container throws; without one ConfigurationError `CONTAINER_MISSING`
 */
export function registerClasses(handlers: readonly BoundHandler[], container: IContainer = newInstances): void {
  const classes = new Set<AnyHandlerClass>();
  for (const { target } of handlers) if (typeof target !== 'function') classes.add(target.handlerClass);
  container.register(Array.from(classes));
}

/** Gives each handler the function that the pipeline calls: its own, or one that makes an instance and calls its method. */
export function runnableHandlers(
  handlers: readonly BoundHandler[],
  container: IContainer | undefined,
  logger: Logger,
): readonly RunnableHandler[] {
  return handlers.map((bound) => Object.freeze({ ...bound, handle: handleOf(bound, container, logger) }));
}

function handleOf({ target, id }: BoundHandler, container: IContainer | undefined, logger: Logger): AnyHandle {
  if (typeof target === 'function') return target;
  if (container === undefined && !isDisposable(target.handlerClass)) return callNew(target);
  return callInScope(target, container ?? newInstances, (error, context) =>
    logger.error(
      { event: LOG_EVENTS.scopeDisposeFailed, endpoint: context.endpoint, ...attemptLogFields(context), handler: id, error },
      'the scope of a handler could not be disposed; the message is not affected',
    ),
  );
}

function callNew({ handlerClass, method }: HandlerMethod): AnyHandle {
  const handle = (message: unknown, context: ConsumeContext): unknown =>
    ((newInstance(handlerClass) as Instance)[method] as Instance[string])(message, context);
  return handle as AnyHandle;
}

function callInScope(
  { handlerClass, method }: HandlerMethod,
  container: IContainer,
  onDisposeFailed: (error: unknown, context: ConsumeContext) => void,
): AnyHandle {
  const handle = async (message: unknown, context: ConsumeContext): Promise<unknown> => {
    const scope = container.createScope(context);
    try {
      const instance = (await scope.resolve(handlerClass)) as Instance;
      return await (instance[method] as Instance[string])(message, context);
    } finally {
      await disposeScope(scope).catch((error: unknown) => onDisposeFailed(error, context));
    }
  };
  return handle as AnyHandle;
}

async function disposeScope(scope: IScope): Promise<void> {
  await scope.dispose();
}
