import type { Logger, Runtime, Timer } from '@waybill/core/transport';
import { LOG_EVENTS, silentLogger, sleepBy, systemRuntime } from '@waybill/core/transport';
import { seededIds } from './seeded-ids.ts';
import { seededRandom } from './seeded-random.ts';

/** Options of {@link virtualRuntime}. */
export interface VirtualRuntimeOptions {
  /** Where log events go. @default silent */
  readonly logger?: Logger;
  /** What the wall clock shows at first; epoch milliseconds. @default 2026-01-01T00:00:00Z */
  readonly startsAt?: number;
  /** The same seed gives the same chances. @default 1 */
  readonly seed?: number;
  /** `unique`: no two runs share one, for names at a broker that is shared. `seeded`: the same seed gives the same ids. @default 'unique' */
  readonly ids?: 'unique' | 'seeded';
}

/** A runtime whose time stands still until it is told to pass. */
export interface VirtualRuntime extends Runtime {
  /**
   * Lets `milliseconds` pass: runs the timers that become due, in the order of their times, each at its time, and lets
   * everything that follows from one happen before the next. Calls wait for each other.
   */
  advance(milliseconds: number): Promise<void>;
  /** Lets everything happen that can happen without time passing: promises, and tasks that wait for a turn of the loop. */
  settle(): Promise<void>;
  /** When the next timer is due, in milliseconds from now; `undefined` when there is none. */
  nextTimer(): number | undefined;
  /** How many timers are set and neither cancelled nor run. */
  readonly openTimers: number;
}

interface VirtualTimer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** More turns of the loop than this, without an end, are a task that spins. */
const MOST_TURNS = 20_000;
/** So many turns in a row without a request for another are quiet. */
const QUIET_TURNS = 3;
const STARTS_AT = Date.UTC(2026, 0, 1);

/** Makes a {@link VirtualRuntime}. With `ids: 'seeded'` everything repeats by its seed. */
export function virtualRuntime(options: VirtualRuntimeOptions = {}): VirtualRuntime {
  return new VirtualClock(options);
}

class VirtualClock implements VirtualRuntime {
  readonly isVirtual = true;
  readonly logger: Logger;
  readonly random: () => number;
  readonly id: () => string;
  readonly sleep: Runtime['sleep'] = sleepBy((delayMs, callback) => this.setTimer(delayMs, callback));
  readonly #host = systemRuntime();
  readonly #startsAt: number;
  readonly #timers = new Set<VirtualTimer>();
  #elapsed = 0;
  #turnsAsked = 0;
  #advancing: Promise<void> = Promise.resolve();

  constructor({ logger = silentLogger, startsAt = STARTS_AT, seed = 1, ids = 'unique' }: VirtualRuntimeOptions) {
    this.logger = logger;
    this.#startsAt = startsAt;
    this.random = seededRandom(seed);
    this.id = ids === 'seeded' ? seededIds(() => this.now(), seed) : () => this.#host.id();
  }

  get openTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#startsAt + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueAt: this.#elapsed + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  async yield(): Promise<void> {
    this.#turnsAsked += 1;
    await this.#host.yield();
  }

  async spawn(name: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.logger.error({ event: LOG_EVENTS.taskFailed, task: name, error }, 'a background task failed');
    }
  }

  async settle(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; quiet < QUIET_TURNS; turn += 1) {
      if (turn === MOST_TURNS)
        throw new Error(
          `A task asked for ${MOST_TURNS} turns of the event loop while no time passed. Let it wait for a timer or a signal.`,
        );
      const asked = this.#turnsAsked;
      await this.#host.yield();
      quiet = this.#turnsAsked === asked ? quiet + 1 : 0;
    }
  }

  nextTimer(): number | undefined {
    const next = this.#earliest();
    return next === undefined ? undefined : Math.max(0, next.dueAt - this.#elapsed);
  }

  advance(milliseconds: number): Promise<void> {
    this.#advancing = this.#advancing.then(() => this.#advance(milliseconds));
    return this.#advancing;
  }

  async #advance(milliseconds: number): Promise<void> {
    const until = this.#elapsed + milliseconds;
    await this.settle();
    for (let timer = this.#earliest(); timer !== undefined && timer.dueAt <= until; timer = this.#earliest()) {
      this.#timers.delete(timer);
      this.#elapsed = Math.max(this.#elapsed, timer.dueAt);
      timer.callback();
      await this.settle();
    }
    this.#elapsed = until;
  }

  /** The timer that is due first; of several at one time, the one that was set first. */
  #earliest(): VirtualTimer | undefined {
    let earliest: VirtualTimer | undefined;
    for (const timer of this.#timers) if (earliest === undefined || timer.dueAt < earliest.dueAt) earliest = timer;
    return earliest;
  }
}
