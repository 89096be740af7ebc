import { StoreError } from '../errors/bus-error.ts';
import { storeNow } from '../persistence/store-clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import type { OutboxMonitor } from './outbox-monitor.ts';
import type { IOutboxStore, OutboxRow, RelayIdentity } from './outbox-store.ts';
import type { BatchResult } from './relay-batch.ts';
import { RelayClaim } from './relay-claim.ts';
import type { ResolvedRelayOptions } from './relay-options.ts';
import type { RelayPace } from './relay-pace.ts';

/** What a {@link RelayStore} works with. */
export interface RelayStoreParts {
  readonly store: Pick<IOutboxStore, 'lease' | 'leave' | 'markSent' | 'markFailed'>;
  readonly scope: string;
  readonly runtime: Runtime;
  readonly monitor: OutboxMonitor;
  readonly pace: RelayPace;
  /** Nothing is waited for any more. */
  readonly over: AbortSignal;
}

/** How rows are read. */
interface ReadOptions {
  /** What is under way already. */
  readonly except: readonly OutboxRow[];
  readonly limit: number;
}

/**
 * What a relay says to its store, one statement after another, each in bounded time, and in whose name. Nothing throws: what fails is told to
 * the monitor. A new life begins when the old one may have lost its share; the share of the old one is given up before anything else is done.
 */
export class RelayStore {
  readonly #parts: RelayStoreParts;
  readonly #options: ResolvedRelayOptions;
  #claim: RelayClaim;
  /** Lives that have ended and may still hold a share. */
  #former: readonly string[] = [];
  #nextDueAt: number | undefined;

  constructor(parts: RelayStoreParts, options: ResolvedRelayOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#claim = new RelayClaim(parts.runtime);
  }

  /** How long its share is its own for certain; from 0 on nothing of what was read may be sent. */
  get leftMs(): number {
    return this.#claim.leftMs;
  }

  /** How long until the next row that is known of is due. */
  get nextDueMs(): number | undefined {
    return this.#nextDueAt === undefined ? undefined : Math.max(0, this.#nextDueAt - this.#parts.runtime.monotonic());
  }

  /** Takes part, and reads, with nothing under way: what is too much goes to others. `undefined` when the store has failed. */
  async readAnew(limit: number): Promise<readonly OutboxRow[] | undefined> {
    if (this.#claim.isOver) this.renounce();
    if (!(await this.leave())) return undefined;
    const rows = await this.#lease({ except: [], limit }, true);
    if (rows === undefined) this.renounce(); // should it be carried out later, it must not take away what is under way then
    return rows;
  }

  /** Reads while something is under way. `undefined` when the store has failed, or the share may be lost. */
  async readAhead(options: ReadOptions): Promise<readonly OutboxRow[] | undefined> {
    return this.#claim.leftMs > 0 ? this.#lease(options, false) : undefined;
  }

  /** Renews when it is time, again and again, until the work has settled. */
  async renewUntil(settled: Promise<unknown>, underWay: readonly OutboxRow[]): Promise<void> {
    const { runtime, pace, over } = this.#parts;
    let waitMs = this.#untilRenewalMs();
    while (!(await settlesInTime(settled, { limitMs: waitMs, runtime, signal: over }))) {
      if (this.#claim.leftMs <= 0 || over.aborted) return;
      const renewed = await this.#lease({ except: underWay, limit: 0 }, false);
      waitMs = renewed === undefined ? pace.storeFailed() : this.#untilRenewalMs();
    }
  }

  /** True when the share lasts for long enough to begin something. */
  async lastsFor(leastMs: number, underWay: readonly OutboxRow[]): Promise<boolean> {
    if (this.#claim.leftMs <= 0) return false;
    if (this.#claim.leftMs < leastMs) await this.#lease({ except: underWay, limit: 0 }, false);
    return this.#claim.leftMs >= leastMs;
  }

  /** Writes down what became of a batch; tries until the store has answered or all is over. */
  async mark({ sent, refused, failed }: BatchResult): Promise<void> {
    const { store, monitor } = this.#parts;
    if (sent.length > 0) {
      const sequences = sent.map(({ sequence }) => sequence);
      await this.#insist(sent.length, () => store.markSent(this.#identity(), sequences));
    }
    const failures = [...refused, ...failed];
    if (failures.length === 0) return;
    const marks = failures.map(({ row, reason, retryAfterMs }) => ({ sequence: row.sequence, reason, retryAfterMs }));
    const isMarked = await this.#insist(failures.length, () => store.markFailed(this.#identity(), marks));
    if (isMarked) monitor.failed(failures);
  }

  /** The share may be somebody else's by now, or is of no use: what comes next is done in another name. */
  renounce(): void {
    this.#former = [...this.#former, this.#claim.relay];
    this.#claim = new RelayClaim(this.#parts.runtime);
    this.#nextDueAt = undefined;
  }

  /** Gives up what former lives may hold. False when the store has failed. */
  async leave(): Promise<boolean> {
    const { store, scope, runtime } = this.#parts;
    while (this.#former.length > 0) {
      const [relay, ...rest] = this.#former as readonly [string, ...string[]];
      const left = await this.#ask('leave', async () => {
        await store.leave({ scope, relay, now: storeNow(runtime) });
        return true;
      });
      if (left === undefined) return false;
      this.#former = rest;
    }
    return true;
  }

  #untilRenewalMs(): number {
    return Math.max(0, this.#options.leaseMs / 3 - this.#claim.ageMs);
  }

  async #lease({ except, limit }: ReadOptions, mayShrink: boolean): Promise<readonly OutboxRow[] | undefined> {
    const { store, runtime } = this.#parts;
    const { leaseMs, maxBatchBytes } = this.#options;
    const claim = this.#claim;
    const asked = claim.moment();
    const lease = await this.#ask('lease', () =>
      store.lease({
        ...this.#identity(),
        leaseMs,
        limit,
        maxBytes: maxBatchBytes,
        except: except.map(({ sequence }) => sequence),
        mayShrink,
      }),
    );
    if (lease === undefined) return undefined;
    claim.granted(asked, lease.remainingMs);
    if (limit > 0) this.#nextDueAt = lease.nextDueMs === undefined ? undefined : runtime.monotonic() + lease.nextDueMs;
    return lease.rows;
  }

  #identity(): RelayIdentity {
    return { scope: this.#parts.scope, relay: this.#claim.relay, now: storeNow(this.#parts.runtime) };
  }

  /**
   * Marks until there is an answer. Fewer than there are, at the first try, says that somebody else has the share. True where rows are marked, or
   * may be by an earlier try without an answer, after which the last one finds none.
   */
  async #insist(rows: number, mark: () => Promise<number>): Promise<boolean> {
    const { runtime, pace, over, monitor } = this.#parts;
    for (let isFirst = true; ; isFirst = false) {
      const marked = await this.#ask('mark', mark);
      if (isFirst && marked !== undefined && marked < rows) {
        this.#claim.revoke();
        monitor.shareLost(rows - marked);
      }
      if (marked !== undefined) return marked > 0 || !isFirst;
      if (over.aborted) return false;
      await runtime.sleep(pace.storeFailed(), over).catch(() => undefined);
    }
  }

  /** The answer of the store; `undefined` when it has failed, or has not answered within a lease. */
  async #ask<Answer>(operation: string, statement: () => Promise<Answer>): Promise<Answer | undefined> {
    const { runtime, monitor, pace, over } = this.#parts;
    const { leaseMs } = this.#options;
    try {
      const asking = statement();
      if (!(await settlesInTime(asking, { limitMs: leaseMs, runtime, signal: over }))) {
        if (over.aborted) return undefined;
        throw new StoreError('STORE_UNAVAILABLE', `The store did not answer "${operation}" of the outbox within ${leaseMs} ms.`);
      }
      const answer = await asking;
      pace.stored();
      monitor.storeAnswered();
      return answer;
    } catch (error) {
      monitor.storeFailed(error);
      return undefined;
    }
  }
}
