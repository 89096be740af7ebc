import type { Logger } from '../observability/logger.ts';

/** A timer that has been set. */
export interface Timer {
  /** Takes the timer back. After it the callback never runs; a second call is a no-op. */
  cancel(): void;
}

/** Watches the event loop until it is cancelled; see {@link Runtime.watchLoop}. */
export interface LoopWatch extends Timer {
  /** How long the loop has been held by now, about; 0 when it turns as it should. */
  heldMs(): number;
}

/**
 * Everything that a bus takes from the machine it runs on: clock, timers, ids, randomness, background tasks, logger.
 *
 * Core and the transports reach these only through a `Runtime`; that is what makes virtual time in tests and seeded
 * simulation possible. `systemRuntime()` is the real one; a test passes its own by `createBus({ runtime })`.
 */
export interface Runtime {
  /** The wall clock: milliseconds since 1970-01-01 UTC. It may jump; use it for what goes on the wire or into a store. */
  now(): number;
  /** A clock that never goes back, in milliseconds from an arbitrary zero. Use it for durations. */
  monotonic(): number;
  /**
   * Runs `callback` once, not before `delayMs` have passed. Delays beyond what the platform's timer can hold
   * (2^31 − 1 ms in Node, which would fire at once) are made of several. A negative delay counts as 0.
   * Whoever sets a timer cancels it: a timer left behind keeps the process alive.
   */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Waits `delayMs`. Rejects with the signal's reason when `signal` aborts, at once if it has. Leaves no timer behind. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets the event loop turn once, so that sockets, timers and signals are served between messages. */
  yield(): Promise<void>;
  /** A number in [0, 1). For jitter, never for secrets. */
  random(): number;
  /**
   * A new unique id: a UUID of version 7, lower case, so that ids sort by the time of their making.
   * @param at that time, where it is at hand; epoch milliseconds. @default now
   */
  id(at?: number): string;
  /**
   * Runs a background task that somebody stops later. The task must handle its own failures: what it still throws is
   * logged as `task.failed` with `name`, and never becomes an unhandled rejection.
   */
  spawn(name: string, task: () => Promise<void>): Promise<void>;
  /**
   * Tells when the event loop was held for longer than `thresholdMs` at a time, with how long about. Leaves the process free
   * to end. A runtime whose time is not real has none.
   */
  watchLoop?(thresholdMs: number, onBlocked: (heldMs: number) => void): LoopWatch;
  /** True where time passes only when it is told to: a store then compares by `now()`, and not by a clock of its own. @default false */
  readonly isVirtual?: boolean;
  /** Where log events go. */
  readonly logger: Logger;
}
