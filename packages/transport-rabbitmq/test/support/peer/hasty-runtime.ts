import { systemRuntime } from '@waybill/core';
import type { Logger, Runtime, Timer } from '@waybill/core';
import { sleepBy } from '@waybill/core/transport';

/** How often it is looked whether a timer is due, and the most of a pause between two looks that counts; real milliseconds. */
const LOOK_MS = 5;
const MOST_MS = 25;

/**
 * The real one, for which time runs so many times as fast: what waits ten seconds for an answer waits half a second at twenty. Time in
 * which the machine is busy with something else does not count: an answer would be missed that is there.
 */
export function hastyRuntime(factor: number, logger: Logger): Runtime {
  const real = systemRuntime({ logger });
  const clock = new HastyClock(factor);
  const setTimer = (delayMs: number, callback: () => void): Timer => clock.setTimer(delayMs, callback);
  return Object.freeze({ ...real, monotonic: () => clock.now, setTimer, sleep: sleepBy(setTimer) });
}

interface Due {
  readonly at: number;
  readonly callback: () => void;
}

/** Stands still while there is no timer, and keeps the process alive while there is one. */
class HastyClock {
  now = 0;
  readonly #factor: number;
  readonly #timers = new Set<Due>();
  #looking: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const due = { at: this.now + Math.max(0, delayMs), callback };
    this.#timers.add(due);
    if (this.#looking === undefined) {
      this.#lookedAt = performance.now();
      this.#looking = setInterval(() => this.#look(), LOOK_MS);
    }
    return { cancel: () => this.#remove(due) };
  }

  #look(): void {
    const at = performance.now();
    this.now += Math.min(at - this.#lookedAt, MOST_MS) * this.#factor;
    this.#lookedAt = at;
    for (const due of Array.from(this.#timers).toSorted((a, b) => a.at - b.at)) {
      if (due.at > this.now || !this.#timers.has(due)) continue;
      this.#remove(due);
      due.callback();
    }
  }

  #remove(due: Due): void {
    this.#timers.delete(due);
    if (this.#timers.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}
