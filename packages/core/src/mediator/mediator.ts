import type { DispatchCounts } from './dispatch-queue.ts';
import type { MessageSender } from '../pipeline/message-sender.ts';

/**
 * Dispatches messages to handlers in the same process, with no serialization and no broker. Its verbs are those of a bus, and
 * its promises are stronger: each resolves when the handlers have returned, and rejects with what they threw.
 *
 * A message is validated once; handlers get the output of its schema, and where there is none the very object that was sent.
 * `partitionKey`, `priority` and `timeToLive` change nothing, for a message is handled at once; `to` and `delay` are refused
 * with `CAPABILITY_NOT_SUPPORTED`. There is no unit of work: what a handler sends is handled before its own send resolves.
 */
export interface Mediator extends MessageSender, AsyncDisposable {
  readonly state: 'started' | 'stopped';
  /** Numbers about events that are handled in the background; `undefined` without the option `dispatch`. */
  readonly dispatch: DispatchCounts | undefined;
  /**
   * Takes nothing more: later calls, also those of handlers that run, reject with `BUS_STOPPED`; the signals of handlers that
   * run abort. It waits for nobody: whoever sent awaits its own promise. With `dispatch` it first handles the events that have a place;
   * when `signal` aborts, those that wait are dropped and counted. A second stop is a no-op.
   */
  stop(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
