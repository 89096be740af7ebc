import type { Runtime } from './runtime.ts';

/** True when `work` settles, well or badly, within `limitMs` and before `signal` aborts. Never rejects; leaves no timer and no listener behind. */
export function settlesInTime(
  work: Promise<unknown>,
  { limitMs, runtime, signal }: { readonly limitMs: number; readonly runtime: Runtime; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (inTime: boolean): void => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      resolve(inTime);
    };
    const onAbort = (): void => finish(false);
    const timer = runtime.setTimer(limitMs, () => finish(false));
    if (signal?.aborted === true) finish(false);
    else signal?.addEventListener('abort', onAbort, { once: true });
    work.then(
      () => finish(true),
      () => finish(true),
    );
  });
}
