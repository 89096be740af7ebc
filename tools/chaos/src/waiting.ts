import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 250;

/**
 * Looks again and again. Tells whether it became true within `patienceMs`, which begin anew whenever there is more done than ever before:
 * what gets on is waited for, however long it takes.
 */
export async function pauseUntil(isTrue: () => boolean | Promise<boolean>, patienceMs: number, done = (): number => 0): Promise<boolean> {
  let most = done();
  let giveUpAt = performance.now() + patienceMs;
  while (!(await isTrue())) {
    const now = done();
    if (now > most) {
      most = now;
      giveUpAt = performance.now() + patienceMs;
    }
    if (performance.now() > giveUpAt) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

/** Resolves when the signal aborts, or that much time has passed. */
export function untilAborted(signal: AbortSignal, afterMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = afterMs === undefined ? undefined : setTimeout(end, afterMs);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
