import type { AnyHandlerClass } from '../handling/handler-class.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';

/**
 * The port to a dependency injection container: it makes the instances of handler classes. Functions never touch it.
 * An adapter wraps one container of the application; it never owns it and never disposes it.
 */
export interface IContainer {
  /**
   * Called once per bus or mediator, when it is created, with every handler class; none twice. The adapter binds those that
   * the application has not bound itself. What it throws stands in the report of configuration errors.
   */
  register(classes: readonly AnyHandlerClass[]): void;
  /**
   * Opens the scope of one call of one handler: one per message, handler and attempt, never shared. What it throws fails
   * the attempt. Synchronous: whatever must wait waits in `resolve`.
   */
  createScope(context: ConsumeContext): IScope;
}

/** The scope of one call of one handler: everything in it lives as long as the call. */
export interface IScope {
  /** The instance that handles. Called once per scope. What it throws fails the attempt. */
  resolve<T extends object>(type: abstract new (...args: never[]) => T): T | Promise<T>;
  /**
   * Disposes what was made for this scope and nothing else. Called once, after the handler has returned or failed, also when
   * `resolve` failed; awaited before the message is settled. What it throws is logged as `scope.dispose-failed` and changes nothing.
   */
  dispose(): void | Promise<void>;
}
