import { AsyncLocalStorage } from 'node:async_hooks';
import type { BusEvent, ConsumeContext, Middleware, ObservedMessage } from '@waybill/core';
import type { Runtime, Timer } from '@waybill/core/transport';

/** Taken when the module is loaded, so that the fake timers of a test runner do not stop the harness. */
const { setTimeout: setRealTimer, clearTimeout: clearRealTimer } = globalThis;

/**
 * Which handlers run. A handler that waits for a timer of the bus, such as that of a request, waits for virtual time; any
 * other that does not end waits for something real.
 */
export class Activity {
  readonly #running = new Set<ObservedMessage>();
  readonly #timers = new Map<object, number>();
  readonly #storage = new AsyncLocalStorage<object>();
  readonly #waiting = new Set<() => void>();

  /** To be the outermost middleware. */
  readonly middleware: Middleware<ConsumeContext> = (context, next) => this.#storage.run(context, () => next(context));

  observe({ kind, message }: BusEvent): void {
    if (kind === 'attempt-started') this.#running.add(message);
    else this.#running.delete(message);
    this.#wake();
  }

  /** Something was sent. */
  moved(): void {
    this.#wake();
  }

  /** Runs something that is not the doing of the handler that runs now. */
  outside<T>(work: () => T): T {
    return this.#storage.exit(work);
  }

  /** Attempts that run and do not wait for virtual time. */
  busy(): readonly ObservedMessage[] {
    return Array.from(this.#running).filter((message) => (this.#timers.get(message) ?? 0) === 0);
  }

  /** A runtime that knows which handler set which timer. */
  watch(runtime: Runtime): Runtime {
    return {
      now: () => runtime.now(),
      monotonic: () => runtime.monotonic(),
      yield: () => runtime.yield(),
      random: () => runtime.random(),
      id: () => runtime.id(),
      spawn: (name, task) => runtime.spawn(name, task),
      sleep: (delayMs, signal) => runtime.sleep(delayMs, signal),
      setTimer: (delayMs, callback) => this.#setTimer(runtime, delayMs, callback),
      logger: runtime.logger,
    };
  }

  /** Resolves at the next movement, or after so many real milliseconds; false then. */
  nextMovement(realMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (moved: boolean): void => {
        clearRealTimer(timer);
        this.#waiting.delete(onMovement);
        resolve(moved);
      };
      const onMovement = (): void => end(true);
      const timer = setRealTimer(() => end(false), realMs);
      this.#waiting.add(onMovement);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #setTimer(runtime: Runtime, delayMs: number, callback: () => void): Timer {
    const owner = this.#storage.getStore();
    if (owner === undefined) return runtime.setTimer(delayMs, callback);
    this.#count(owner, 1);
    let open = true;
    const close = (): void => {
      if (open) this.#count(owner, -1);
      open = false;
    };
    const timer = runtime.setTimer(delayMs, () => {
      close();
      callback();
    });
    return {
      cancel: () => {
        close();
        timer.cancel();
      },
    };
  }

  #count(owner: object, by: 1 | -1): void {
    const count = (this.#timers.get(owner) ?? 0) + by;
    if (count === 0) this.#timers.delete(owner);
    else this.#timers.set(owner, count);
  }
}
