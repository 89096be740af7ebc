import { assertOptions } from '../errors/option-problems.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { Logger } from '../observability/logger.ts';
import { consoleLogger } from '../observability/console-logger.ts';
import { guardedLogger } from '../observability/guarded-logger.ts';
import type { LoopWatch, Runtime, Timer } from './runtime.ts';
import { sleepBy } from './sleep-by.ts';
import { uuidV7 } from './uuid-v7.ts';

/** The longest delay that a platform timer holds; a longer one would fire at once. */
const MAX_PLATFORM_DELAY_MS = 2 ** 31 - 1;

/** Options of {@link systemRuntime}. */
export interface SystemRuntimeOptions {
  /** Where log events go. What it throws harms nothing. @default consoleLogger(): warnings and errors to the console */
  readonly logger?: Logger;
}

/**
 * The real clock, timers, ids and randomness of the process. Works in Node, Deno, Bun, browsers and workers.
 * Make one per bus or share one: it holds no state but a pool of random bytes.
 */
export function systemRuntime(options: SystemRuntimeOptions = {}): Runtime {
  assertOptions('`systemRuntime`', options, ['logger']);
  const logger = guardedLogger(options.logger ?? consoleLogger());
  const now = (): number => Date.now();
  return Object.freeze({
    now,
    monotonic: () => performance.now(),
    setTimer,
    sleep: sleepBy(setTimer),
    yield: yieldToEventLoop,
    random: () => Math.random(),
    id: uuidV7(now, (bytes) => crypto.getRandomValues(bytes)),
    spawn: (name: string, task: () => Promise<void>) => {
      const failed = (error: unknown): void =>
        logger.error({ event: LOG_EVENTS.taskFailed, task: name, error }, 'a background task failed');
      try {
        return task().catch(failed);
      } catch (error) {
        failed(error);
        return Promise.resolve();
      }
    },
    watchLoop,
    logger,
  });
}

function watchLoop(thresholdMs: number, onBlocked: (heldMs: number) => void): LoopWatch {
  const everyMs = Math.max(1, thresholdMs / 4);
  let last = performance.now();
  const heldMs = (): number => Math.max(0, performance.now() - last - everyMs);
  const handle: unknown = setInterval(() => {
    const held = heldMs();
    last = performance.now();
    if (held >= thresholdMs) onBlocked(held);
  }, everyMs);
  (handle as { unref?: () => void }).unref?.();
  return { cancel: () => clearInterval(handle as ReturnType<typeof setInterval>), heldMs };
}

function setTimer(delayMs: number, callback: () => void): Timer {
  let remaining = Math.max(0, delayMs);
  let handle: ReturnType<typeof setTimeout> | undefined;
  const arm = (): void => {
    const slice = Math.min(remaining, MAX_PLATFORM_DELAY_MS);
    remaining -= slice;
    handle = setTimeout(remaining > 0 ? arm : callback, slice);
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

/** `setImmediate` where there is one: a zero timeout costs a millisecond in Node, and four in a browser. */
const setImmediateIfAny: ((callback: () => void) => unknown) | undefined = (
  globalThis as { setImmediate?: (callback: () => void) => unknown }
).setImmediate;

function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediateIfAny === undefined) setTimeout(resolve, 0);
    else setImmediateIfAny(resolve);
  });
}
