import type { BusEvent } from '@waybill/core';
import type { Runtime } from '@waybill/core/transport';

/** A Monday, at nine. */
export const STORY_BEGINS = Date.UTC(2026, 0, 5, 9);

/** A timer of the platform counts from the turn of the event loop in which it was set, and so it comes a little early after a long one. */
const TIMER_MS = 100;

/**
 * The time of the story where that of the bus is real: work takes none of it, so that a story is told alike on any machine. A message that waits
 * moves it by as much as was asked for, or by less where it did not wait so long.
 */
export class StoryClock {
  readonly #runtime: Pick<Runtime, 'monotonic'>;
  readonly #waits = new Map<string, { readonly since: number; readonly delayMs: number }>();
  #passed = STORY_BEGINS;
  #now = STORY_BEGINS;

  constructor(runtime: Pick<Runtime, 'monotonic'>) {
    this.#runtime = runtime;
  }

  now(): number {
    return this.#now;
  }

  /** What has waited meanwhile is part of it. */
  pass(milliseconds: number): void {
    this.#passed += milliseconds;
    this.#now = Math.max(this.#now, this.#passed);
  }

  readonly onEvent = (event: BusEvent): void => {
    const copy = `${event.message.messageId} ${event.message.endpoint}`;
    if (event.kind === 'attempt-failed') this.#waits.set(copy, { since: this.#runtime.monotonic(), delayMs: event.delayMs });
    const wait = this.#waits.get(copy);
    if (event.kind !== 'attempt-started' || wait === undefined) return;
    this.#waits.delete(copy);
    const waitedMs = Math.round(this.#runtime.monotonic() - wait.since);
    this.#now += waitedMs + TIMER_MS < wait.delayMs ? waitedMs : wait.delayMs;
  };
}
