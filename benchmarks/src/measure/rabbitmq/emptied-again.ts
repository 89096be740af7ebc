import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 50;

/** Empties a queue that nobody reads again and again, so that its growth is not measured. Returns what ends that. */
export function emptiedAgain(purge: () => Promise<void>): () => Promise<void> {
  const end = new AbortController();
  const emptying = (async () => {
    while (!end.signal.aborted) {
      await purge();
      await sleep(EVERY_MS, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  return () => {
    end.abort();
    return emptying;
  };
}
