import type { Bus, BusState, Duration } from '@waybill/core';
import type { RecordedMessages } from '../expecting/recorded-messages.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Options of {@link TestHarness.advance} and {@link TestHarness.until}. */
export interface PassingOptions {
  /** Time passes over handlers that still run, instead of waiting for them; for handlers that hang on purpose. @default false */
  readonly overRunning?: boolean;
}

/**
 * A bus in memory whose time stands still until it is told to pass, and all that was seen of its messages.
 * Waiting is by activity, never by sleeping: a message that is not there when nothing moves any more fails at once.
 */
export interface TestHarness extends AsyncDisposable {
  /** The bus, started. */
  readonly bus: Bus;
  readonly state: BusState;
  /** The virtual time. */
  readonly now: Date;
  /** What chooses the chances and ids. */
  readonly seed: number;
  /** Commands, queries and requests that the broker has accepted. */
  readonly sent: RecordedMessages<'sent'>;
  /** Events that the broker has accepted. */
  readonly published: RecordedMessages<'published'>;
  /** Replies of handlers, asked for by the contract of their request. */
  readonly replied: RecordedMessages<'replied'>;
  /** Messages that their handlers have handled. */
  readonly consumed: RecordedMessages<'consumed'>;
  /** Attempts that failed, those that are tried again included. */
  readonly faulted: RecordedMessages<'faulted'>;
  /** Messages that were given up. */
  readonly deadLettered: RecordedMessages<'deadLettered'>;
  /** Messages whose name nobody at their endpoint handles. */
  readonly skipped: RecordedMessages<'skipped'>;
  /**
   * Resolves when no handler runs and nothing is due now. What waits for time to pass, such as a redelivery, goes on waiting.
   * @throws TestFailure when a handler has not ended after `patience` of real time, by its name
   */
  idle(): Promise<void>;
  /**
   * Lets time pass: retries, redeliveries, delays, times to live and timeouts happen, each at its time, and all that follows
   * from one happens before the next.
   * @throws TestFailure as {@link idle}
   */
  advance(duration: Duration, options?: PassingOptions): Promise<void>;
  /**
   * Lets time pass until the promise settles, and settles as it does: `await harness.until(harness.bus.request(…))`, where
   * the answer takes a retry.
   * @throws TestFailure when there is nothing left that could settle it
   */
  until<T>(work: Promise<T>, options?: PassingOptions): Promise<T>;
  /** From now on nothing goes wrong by chance any more. */
  heal(): void;
  /** All that was recorded so far. */
  timeline(): Timeline;
  /** Starts the bus again after {@link stop}. */
  start(): Promise<void>;
  /** Stops the bus; handlers that still run are abandoned. A second call is a no-op. */
  stop(): Promise<void>;
  /** `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
