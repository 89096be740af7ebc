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
  /**
   * Takes nothing more: later calls, also those of handlers that run, reject with `BUS_STOPPED`; the signals of handlers that
   * run abort. It waits for nobody: whoever sent awaits its own promise. A second stop is a no-op.
   */
  stop(): Promise<void>;
  /** `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
