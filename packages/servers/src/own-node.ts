/** A server of one's own: it may be killed, stopped and started again on the same data and the same port. */
export interface OwnNode extends AsyncDisposable {
  readonly version: string;
  /** With credentials; the same after a restart. */
  readonly url: string;
  readonly isRunning: boolean;
  /** Starts it again. Resolves when it answers; does nothing where it runs. */
  start(): Promise<void>;
  /** Stops it as an operator would. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** Lets it answer no longer, though its sockets stay open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Kills it, and removes its data and all that was started for it. */
  [Symbol.asyncDispose](): Promise<void>;
}
