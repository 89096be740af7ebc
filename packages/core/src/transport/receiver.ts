/** The states of a receiver. */
export type ReceiverState = 'stopped' | 'receiving' | 'paused';

/**
 * Takes deliveries from one endpoint. It pushes each to the `onDelivery` it was made with, as long as fewer than
 * `prefetch` are unsettled; settling returns the credit. It never waits for a handler.
 */
export interface IReceiver {
  readonly state: ReceiverState;
  /** Begins to take. Resolves when the broker has accepted the consumer. Start after stop works; a second start is a no-op. */
  start(): Promise<void>;
  /** Takes nothing more, stays connected. What was handed over stays with its owner. Resolves when nothing new will come. */
  pause(): Promise<void>;
  /** Takes again after {@link pause}. */
  resume(): Promise<void>;
  /** Changes the credit. A lower one takes effect as deliveries are settled. */
  setPrefetch(prefetch: number): void;
  /**
   * Takes nothing more for good. After the call, not only after its promise, nothing is handed over: what still arrives
   * the receiver releases itself. What was handed over can still be settled, until the transport is closed.
   */
  stop(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
