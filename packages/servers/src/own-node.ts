import type { ServerControl } from '@waybill/fault-kit';

/** A server of one's own: it may be killed, stopped and started again on the same data and the same port. */
export interface OwnNode extends ServerControl, AsyncDisposable {
  readonly version: string;
  /** With credentials; the same after a restart. */
  readonly url: string;
  /** The last lines of its log that tell of trouble, for a test that has failed. Empty where there are none. */
  trouble(): string;
  /** Kills it, and removes its data and all that was started for it. */
  [Symbol.asyncDispose](): Promise<void>;
}
