import { isBusError } from '../errors/is-bus-error.ts';
import { storedLogFields } from '../messages/log-fields.ts';
import { loggedText } from '../messages/plain-text.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import { storeNow } from '../persistence/store-clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import type { IOutboxStore, OutboxStatus } from './outbox-store.ts';
import type { RowFailure } from './relay-batch.ts';

/** So often it is looked how full the outbox is, at most; in milliseconds. */
const LOOK_EVERY_MS = 30_000;
/** The same while it is behind. */
const LOOK_AGAIN_MS = 5_000;

/** What an {@link OutboxMonitor} works with. */
export interface MonitorParts {
  readonly store: Pick<IOutboxStore, 'status'>;
  readonly scope: string;
  readonly runtime: Runtime;
  /** The outbox is behind when its oldest waiting row is older. */
  readonly alarmAfterMs: number;
  /** Counts what was sent and how full it is, where somebody counts. */
  readonly counts: OutboxCounts | undefined;
}

/** Where the numbers of an outbox go. */
export interface OutboxCounts {
  outboxSent(rows: number): void;
  outboxIs(status: OutboxStatus): void;
}

/** Something that is wrong with an outbox, and since when. */
export interface OutboxFault {
  /** The store fails; the transport accepts nothing; rows wait for too long; rows are held. */
  readonly kind: 'store' | 'stalled' | 'behind' | 'held';
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Watches one relay and its outbox: what goes wrong is logged once until it is well again, and told to whoever asks for the health. */
export class OutboxMonitor {
  readonly #parts: MonitorParts;
  readonly #troubles = new Map<OutboxFault['kind'], OutboxFault>();
  /** The kinds of failures of the store that were logged since it was well. */
  readonly #told = new Set<string>();
  #nextLookAt = Number.NEGATIVE_INFINITY;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
  }

  /** What is wrong now. */
  get faults(): readonly OutboxFault[] {
    return Array.from(this.#troubles.values());
  }

  /** True when it is time to look how full the outbox is. */
  get isDue(): boolean {
    return this.#parts.runtime.monotonic() >= this.#nextLookAt;
  }

  /** Looks how full the outbox is; `undefined` when the store has failed, or `over` has aborted. */
  async look(over: AbortSignal): Promise<OutboxStatus | undefined> {
    const { store, scope, runtime, alarmAfterMs, counts } = this.#parts;
    this.#nextLookAt = runtime.monotonic() + Math.min(LOOK_EVERY_MS, alarmAfterMs / 2);
    try {
      const asking = store.status({ scope, now: storeNow(runtime) });
      const isAnswered = await settlesInTime(asking, { limitMs: LOOK_EVERY_MS, runtime, signal: over });
      if (over.aborted) return undefined;
      if (!isAnswered) throw new Error('the store did not say how full it is');
      const status = await asking;
      counts?.outboxIs(status);
      this.#judge(status);
      if (this.#troubles.has('behind')) this.#nextLookAt = runtime.monotonic() + LOOK_AGAIN_MS;
      return status;
    } catch (error) {
      this.storeFailed(error);
      return undefined;
    }
  }

  sent(rows: number): void {
    if (rows > 0) this.#parts.counts?.outboxSent(rows);
  }

  /** Rows were given back to the store. Those that are held wait for an operator. */
  failed(failures: readonly RowFailure[]): void {
    for (const { row, reason, retryAfterMs } of failures) {
      if (retryAfterMs !== undefined) continue;
      this.#begin('held', 'rows are held: `bus.outbox.held()` shows them');
      this.#parts.runtime.logger.error(
        {
          event: LOG_EVENTS.outboxHeld,
          ...this.#names,
          ...storedLogFields(row.entry.headers),
          sequence: row.sequence,
          reason: loggedText(reason),
        },
        'a message in the outbox cannot be sent, and is held until somebody decides on it',
      );
    }
  }

  storeFailed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#begin('store', `the outbox cannot be read or written: ${loggedText(text) ?? ''}`);
    const kind = isBusError(error) ? error.code : text;
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#parts.runtime.logger.warn(
      { event: LOG_EVENTS.outboxFailed, ...this.#names, error },
      'the outbox cannot be read or written; what it holds waits, and it is tried again',
    );
  }

  storeAnswered(): void {
    if (!this.#troubles.delete('store')) return;
    this.#told.clear();
    this.#parts.runtime.logger.info({ event: LOG_EVENTS.outboxRecovered, ...this.#names }, 'the outbox can be read and written again');
  }

  /** The lease ran out while rows were under way: others may have sent them as well. */
  shareLost(rows: number): void {
    this.#parts.runtime.logger.warn(
      { event: LOG_EVENTS.outboxShareLost, ...this.#names, rows },
      'the relay has lost its share while it sent; these messages may be sent twice, with the same ids',
    );
  }

  /** The transport is connected, and accepts nothing. */
  stalled(reason: string | undefined): void {
    if (!this.#begin('stalled', `the transport accepts nothing: ${loggedText(reason) ?? 'it gives no answer'}`)) return;
    this.#parts.runtime.logger.warn(
      { event: LOG_EVENTS.outboxStalled, ...this.#names, reason: loggedText(reason) },
      'the transport is connected and accepts nothing of the outbox; it is tried again',
    );
  }

  goesWell(): void {
    this.#troubles.delete('stalled');
  }

  #judge({ oldestMs, waiting, held }: OutboxStatus): void {
    if (held === 0) this.#troubles.delete('held');
    else this.#begin('held', `${held} ${held === 1 ? 'row is' : 'rows are'} held: \`bus.outbox.held()\` shows them`);
    if (oldestMs <= this.#parts.alarmAfterMs) {
      this.#troubles.delete('behind');
      return;
    }
    if (!this.#begin('behind', `${waiting} rows wait, the oldest for ${Math.round(oldestMs / 1_000)} s`)) return;
    this.#parts.runtime.logger.warn(
      { event: LOG_EVENTS.outboxBehind, ...this.#names, waiting, oldestMs },
      'messages wait in the outbox for longer than `alarmAfter`',
    );
  }

  /** True where it was well before. */
  #begin(kind: OutboxFault['kind'], reason: string): boolean {
    const before = this.#troubles.get(kind);
    this.#troubles.set(kind, { kind, reason, since: before?.since ?? this.#parts.runtime.now() });
    return before === undefined;
  }

  get #names(): { readonly scope: string } {
    return { scope: this.#parts.scope };
  }
}
