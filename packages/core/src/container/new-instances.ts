import { ConfigurationError } from '../errors/bus-error.ts';
import type { AnyHandlerClass } from '../handling/handler-class.ts';
import type { IContainer, IScope } from './container.ts';

type Instantiable<T> = new () => T;

/**
 * What makes handlers where there is no container: `new Handler()` for each message, disposed after it by
 * `[Symbol.asyncDispose]` or `[Symbol.dispose]` where it has one.
 */
export const newInstances: IContainer = Object.freeze({
  register: (classes: readonly AnyHandlerClass[]) => {
    const names = classes.filter(({ length }) => length > 0).map(({ name }) => name);
    if (names.length === 0) return;
    throw new ConfigurationError(
      'CONTAINER_MISSING',
      `There is no \`container\` to fill the constructor parameters of ${names.map((name) => `"${name}"`).join(', ')}. Give one, as in \`createBus({ container })\`.`,
      { details: { handlerClasses: names } },
    );
  },
  createScope: () => new InstanceScope(),
});

/** True where instances of the class want to be disposed. */
export function isDisposable({ prototype }: AnyHandlerClass): boolean {
  const members = (prototype ?? {}) as object;
  return Symbol.asyncDispose in members || Symbol.dispose in members;
}

/** `new Handler()`. The class is known to need no parameters. */
export function newInstance<T extends object>(type: abstract new (...args: never[]) => T): T {
  return new (type as unknown as Instantiable<T>)();
}

class InstanceScope implements IScope {
  #instance: Partial<AsyncDisposable & Disposable> = {};

  resolve<T extends object>(type: abstract new (...args: never[]) => T): T {
    const instance = newInstance(type);
    this.#instance = instance;
    return instance;
  }

  async dispose(): Promise<void> {
    const instance = this.#instance;
    if (instance[Symbol.asyncDispose] !== undefined) await instance[Symbol.asyncDispose]?.();
    else instance[Symbol.dispose]?.();
  }
}
