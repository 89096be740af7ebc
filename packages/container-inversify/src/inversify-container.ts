import { ConfigurationError } from '@waybill/core';
import type { AnyHandlerClass, ConsumeContext, IContainer, IScope } from '@waybill/core/container';
import type { Container, ServiceIdentifier } from 'inversify';
import { InversifyScope } from './inversify-scope.ts';

/** Options of {@link inversify}. */
export interface InversifyOptions {
  /**
   * Services that live for one call of one handler: one instance for everything that the handler needs, disposed after it by
   * `[Symbol.asyncDispose]` or `[Symbol.dispose]`, the last made first. A class that is not bound is bound to itself in request
   * scope; what is bound keeps its binding, which must be in request or transient scope. @default none
   */
  readonly scoped?: readonly ServiceIdentifier[];
}

/**
 * Lets an inversify container make the instances of handler classes. Each call of a handler has a child container to itself,
 * in which {@link CONSUME_CONTEXT} is the context of the message. Handler classes that are not bound when the bus is created are bound in the child
 * and disposed after the call; one that the application has bound keeps its binding. The container stays the application's:
 * nothing is bound, unbound or disposed in it.
 *
 * ```ts no-check
 * const bus = createBus({ transport, container: inversify(container, { scoped: [UnitOfWork] }), handlers: [SubmitOrderHandler] });
 * ```
 * With a token in `scoped` that is not bound, the bus cannot be created: ConfigurationError `OPTION_INVALID`.
 */
export function inversify(container: Container, options: InversifyOptions = {}): IContainer {
  return new InversifyContainer(container, options.scoped ?? []);
}

class InversifyContainer implements IContainer {
  readonly #container: Container;
  readonly #scoped: readonly ServiceIdentifier[];
  readonly #classes = new Set<AnyHandlerClass>();
  /** Scopes that no call uses. They are used again: a child container and its first plan cost more than a whole message. */
  #free: InversifyScope[] = [];

  constructor(container: Container, scoped: readonly ServiceIdentifier[]) {
    this.#container = container;
    this.#scoped = scoped;
  }

  register(classes: readonly AnyHandlerClass[]): void {
    for (const one of classes) if (!this.#container.isBound(one)) this.#classes.add(one);
    const unknown = this.#scoped.filter((one) => typeof one !== 'function' && !this.#container.isBound(one));
    if (unknown.length > 0) {
      throw new ConfigurationError(
        'OPTION_INVALID',
        `\`scoped\` of the inversify container lists ${unknown.map(String).join(', ')}, bound to nothing. Bind it in request scope first.`,
      );
    }
    this.#free = []; // those in use lack the new classes
    this.#free.push(this.#makeScope()); // a class that lacks an `@inject` is refused here, and not by the first message
  }

  createScope(context: ConsumeContext): IScope {
    const scope = this.#free.pop() ?? this.#makeScope();
    scope.begin(context);
    return scope;
  }

  #makeScope(): InversifyScope {
    const free = this.#free;
    return new InversifyScope(this.#container, {
      handlerClasses: this.#classes,
      scoped: this.#scoped,
      onEnd: (scope) => free.push(scope),
    });
  }
}
