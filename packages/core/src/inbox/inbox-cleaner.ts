import { LOG_EVENTS } from '../observability/log-events.ts';
import { storeNow } from '../persistence/store-clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import type { IInboxStore } from './inbox-store.ts';

/** What an {@link InboxCleaner} works with. */
export interface InboxCleanerParts {
  readonly store: Pick<IInboxStore, 'prune'>;
  readonly scope: string;
  readonly runtime: Runtime;
  /** For so long a key is kept. */
  readonly windowMs: number;
}

/** The most keys that one statement removes. */
const BATCH = 1_000;
const EVERY_MS = 60_000;
/** Several processes of a service are not to clean at the same moment. */
const JITTER = 0.2;
/** A statement that has no answer after this long has failed. */
const LIMIT_MS = 30_000;

/** Removes from the inbox what is older than its window: a short statement at a time, at once again while there is more, else every minute. */
export class InboxCleaner {
  readonly #parts: InboxCleanerParts;
  readonly #over = new AbortController();
  #running: Promise<void> | undefined;
  #isFailing = false;

  constructor(parts: InboxCleanerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#parts.runtime.spawn('inbox cleaner', () => this.#run());
  }

  /** Ends at once; a statement that is under way is left to end by itself. */
  async stop(): Promise<void> {
    this.#over.abort(new Error('the cleaner has ended'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { runtime } = this.#parts;
    const { signal } = this.#over;
    while (!signal.aborted) {
      const isMore = await this.#prune();
      const resting = isMore ? runtime.yield() : runtime.sleep(EVERY_MS * (1 + JITTER * runtime.random()), signal);
      await resting.catch(() => undefined);
    }
  }

  /** True when there is more to remove. */
  async #prune(): Promise<boolean> {
    const { store, scope, runtime, windowMs } = this.#parts;
    const { signal } = this.#over;
    try {
      const pruning = store.prune({ scope, olderThanMs: windowMs, limit: BATCH, now: storeNow(runtime) });
      const isAnswered = await settlesInTime(pruning, { limitMs: LIMIT_MS, runtime, signal });
      if (signal.aborted) return false;
      if (!isAnswered) throw new Error(`the store has not answered within ${LIMIT_MS} ms`);
      const removed = await pruning;
      this.#isFailing = false;
      return removed >= BATCH;
    } catch (error) {
      if (!this.#isFailing)
        runtime.logger.warn({ event: LOG_EVENTS.inboxPruneFailed, scope, error }, 'old keys could not be removed from the inbox');
      this.#isFailing = true;
      return false;
    }
  }
}
