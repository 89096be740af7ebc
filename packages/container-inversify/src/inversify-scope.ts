import type { AnyHandlerClass, ConsumeContext, IScope } from '@waybill/core/container';
import type { Newable, ServiceIdentifier } from 'inversify';
import { Container } from 'inversify';
import { disposeAll } from './dispose-all.ts';

/** The context of the message that is being handled, for `@inject(CONSUME_CONTEXT)`. Never for a singleton, which outlives it. */
export const CONSUME_CONTEXT: ServiceIdentifier<ConsumeContext> = Symbol.for('@waybill/container-inversify/consume-context');

/** What a scope is made from. */
export interface InversifyScopeOptions {
  /** Classes to bind in the scope. */
  readonly handlerClasses: Iterable<AnyHandlerClass>;
  /** What lives for one call of a handler. */
  readonly scoped: readonly ServiceIdentifier[];
  readonly onEnd: (scope: InversifyScope) => void;
}

/** A child container. idle ─begin→ in use ─dispose→ idle: one call of a handler at a time. */
export class InversifyScope implements IScope {
  readonly #child: Container;
  readonly #onEnd: (scope: InversifyScope) => void;
  #context: ConsumeContext | undefined;
  /** What was made for this call, in order. */
  #made: unknown[] = [];

  constructor(parent: Container, { handlerClasses, scoped, onEnd }: InversifyScopeOptions) {
    this.#onEnd = onEnd;
    this.#child = new Container({ parent });
    this.#child.bind(CONSUME_CONTEXT).toDynamicValue(() => this.#contextInUse());
    for (const one of handlerClasses) this.#bindAndKeep(one);
    for (const one of scoped) {
      if (typeof one === 'function' && !parent.isBound(one)) this.#bindAndKeep(one);
      else this.#keep(one);
    }
  }

  begin(context: ConsumeContext): void {
    this.#context = context;
  }

  resolve<T extends object>(type: abstract new (...args: never[]) => T): Promise<T> {
    return this.#child.getAsync<T>(type as unknown as Newable<T>);
  }

  async dispose(): Promise<void> {
    const made = this.#made;
    this.#made = [];
    this.#context = undefined;
    this.#onEnd(this);
    await disposeAll(made.reverse());
  }

  #bindAndKeep(type: AnyHandlerClass | ServiceIdentifier): void {
    this.#child
      .bind(type as unknown as Newable<object>)
      .toSelf()
      .inRequestScope();
    this.#keep(type);
  }

  #keep(type: AnyHandlerClass | ServiceIdentifier): void {
    this.#child.onActivation(type as ServiceIdentifier<unknown>, (_, instance) => {
      this.#made.push(instance);
      return instance;
    });
  }

  #contextInUse(): ConsumeContext {
    if (this.#context !== undefined) return this.#context;
    throw new Error('CONSUME_CONTEXT was asked for after its message was handled. Inject it into what lives as long as the message.');
  }
}
