import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import type { OutboxMonitor } from './outbox-monitor.ts';
import type { IOutboxStore, OutboxRow } from './outbox-store.ts';
import type { BatchResult } from './relay-batch.ts';
import { LONGEST_RETRY_MS, NOTHING_SENT, bothResults, judgeBatch, splitFlight, unblocked, untried, withoutHolding } from './relay-batch.ts';
import type { ResolvedRelayOptions } from './relay-options.ts';
import { RelayPace } from './relay-pace.ts';
import { RelayStore } from './relay-store.ts';
import { SendingTime } from './sending-time.ts';

/** What an {@link OutboxRelay} works with. */
export interface RelayParts {
  readonly store: Pick<IOutboxStore, 'lease' | 'leave' | 'markSent' | 'markFailed' | 'onAdded'>;
  /** The service whose rows these are. */
  readonly scope: string;
  readonly runtime: Runtime;
  /**
   * Hands entries to the transport: one outcome per entry. After `signal` has aborted it answers at once. Where it waits before it hands them over,
   * it looks at `time` once more; `undefined` when that was over, and the transport was not asked.
   */
  readonly send: (
    entries: readonly TransportEntry[],
    signal: AbortSignal,
    time: Pick<SendingTime, 'isOver'>,
  ) => MaybePromise<readonly SendOutcome[] | undefined>;
  /** False while the transport has no connection, or its broker takes no messages. */
  readonly isConnected: () => boolean;
  readonly monitor: OutboxMonitor;
}

/** Rows that were handed to the transport together. */
interface Flight {
  readonly rows: readonly OutboxRow[];
  /** Never rejects. */
  readonly sending: Promise<BatchResult>;
  /** True when something was accepted while it was under way: then it is not the broker's fault that nothing of it is. */
  isBesideFruit: boolean;
}

/** What has become of flights that have landed. */
interface Landed {
  readonly rows: readonly OutboxRow[];
  readonly result: BatchResult;
  /** What was sent before and is not written down yet. */
  readonly before: BatchResult;
  /** True when nothing of them was accepted, nor of what was under way beside them, though the transport was asked. */
  readonly isFruitless: boolean;
}

const rowsOf = ({ rows }: Flight): readonly OutboxRow[] => rows;

/** What a look at the outbox has led to. After `rows` there are perhaps more, after `full` there are. `failed` waits before the next. */
type Turn =
  | { readonly found: 'nothing' | 'rows' | 'full'; readonly waitMs?: never }
  | { readonly found: 'failed'; readonly waitMs: number };

/** So many batches in a row of which nothing is accepted are the broker's fault, and not that of their rows. */
const FRUITLESS_AT_MOST = 2;
/** So many are under way beside each other, a batch together: while the last of one are answered, the broker has all of the next, and one more waits. */
const MOST_FLIGHTS = 3;
/** After so long, in milliseconds, what was accepted is written down though what is beside it has no answer yet. */
const SOON_MS = 50;
/** A batch of fewer rows leaves as a whole. */
const LEAST_TO_SPLIT = 4;
/** After so much of a batch's bytes the next row may be too large for it. */
const FULL_FROM = 0.5;

/**
 * Sends what stands in the outbox: reads a batch, hands it to the transport in a few flights, and removes what was accepted while the next
 * one leaves. One of many: each relay of a scope has a share by a lease, and nothing but the store stands between them. It lives until
 * it is stopped, whatever store and transport do.
 */
export class OutboxRelay {
  readonly #parts: RelayParts;
  readonly #options: ResolvedRelayOptions;
  readonly #pace: RelayPace;
  readonly #store: RelayStore;
  readonly #over = new AbortController();
  /** Each ends something that is being sent. */
  readonly #sending = new Set<SendingTime>();
  #running: Promise<void> | undefined;
  #endHints: () => void = nothing;
  #life: 'running' | 'draining' | 'ending' = 'running';
  #isWoken = false;
  #onWake: () => void = nothing;
  /**
   * How many rows are sent at once. Fewer after the transport gave no answer for a batch, of which then nothing is known: so one that is slow gets
   * ahead, and the row is found that it cannot answer for. With each batch that it takes twice as many.
   */
  #most: number;
  /** When something was accepted last, by the monotonic clock. */
  #fruitAt = Number.NEGATIVE_INFINITY;

  constructor(parts: RelayParts, options: ResolvedRelayOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#most = options.batchSize;
    this.#pace = new RelayPace(options.pollMinMs, options.pollMaxMs);
    this.#store = new RelayStore({ ...parts, pace: this.#pace, over: this.#over.signal }, options);
  }

  start(): void {
    const { store, scope, runtime } = this.#parts;
    this.#endHints = store.onAdded(scope, () => this.wake());
    this.#running = runtime.spawn('outbox relay', () => this.#run());
  }

  /** Rows may have been added. While it works it looks once more after that; many calls are one. */
  wake(): void {
    this.#isWoken = true;
    this.#onWake();
  }

  /**
   * Sends what stands in the outbox, for at most `limitMs`, gives its share to others, which has `leaveMs`, and ends. What was not
   * sent stays in the outbox.
   */
  async stop({ limitMs, leaveMs }: { readonly limitMs: number; readonly leaveMs: number }): Promise<void> {
    if (this.#running === undefined) return;
    const { runtime } = this.#parts;
    this.#endHints();
    this.#life = 'draining';
    this.wake();
    if (limitMs > 0) await settlesInTime(this.#running, { limitMs, runtime });
    this.#life = 'ending';
    for (const time of this.#sending) time.giveUp('the bus has stopped');
    this.wake();
    await settlesInTime(
      this.#running.then(() => this.#leave()),
      { limitMs: leaveMs, runtime },
    );
    this.#over.abort(new Error('the relay has ended'));
    this.#running = undefined;
  }

  async #run(): Promise<void> {
    while (this.#life !== 'ending') {
      const mayBeLast = this.#life === 'draining'; // what looked before may have missed what was committed before the stop
      const turn = await this.#safeTurn();
      if (this.#life === 'draining' && turn.found === 'failed') return;
      if (mayBeLast && turn.found === 'nothing' && !this.#isWoken) return;
      if (this.#life === 'running') await this.#pauseAfter(turn);
      await this.#parts.runtime.yield();
    }
  }

  async #leave(): Promise<void> {
    this.#store.renounce();
    await this.#store.leave();
  }

  async #pauseAfter(turn: Turn): Promise<void> {
    if (turn.found === 'nothing') return this.#pause(this.#pace.empty(this.#store.nextDueMs), true);
    this.#pace.busy();
    if (turn.found === 'failed') return this.#pause(turn.waitMs, false);
    return turn.found === 'full' ? undefined : this.#pause(this.#options.pollMinMs, true);
  }

  /** Waits; a stop ends it, and a wake where `endsByWake`. */
  #pause(waitMs: number, endsByWake: boolean): Promise<void> {
    if (endsByWake && this.#isWoken) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#onWake = nothing;
        resolve();
      };
      const timer = this.#parts.runtime.setTimer(waitMs, end);
      const onWake = (): void => {
        if (endsByWake || this.#life !== 'running') end();
      };
      this.#onWake = onWake;
    });
  }

  /** What nobody has thought of ends no relay either. */
  async #safeTurn(): Promise<Turn> {
    try {
      return await this.#turn();
    } catch (error) {
      this.#parts.monitor.storeFailed(error);
      return { found: 'failed', waitMs: this.#pace.storeFailed() };
    }
  }

  async #turn(): Promise<Turn> {
    const { isConnected, monitor } = this.#parts;
    const isQuiet = this.#isQuiet();
    if (monitor.isDue) {
      const status = await monitor.look(this.#over.signal);
      if (isQuiet && status?.waiting === 0) return NOTHING; // an idle outbox is asked one thing at a time
    }
    this.#isWoken = false;
    if (!isConnected()) return this.#withoutBroker();
    const rows = await this.#store.readAnew(this.#limit());
    if (rows === undefined) return { found: 'failed', waitMs: this.#pace.storeFailed() };
    return rows.length === 0 ? NOTHING : this.#sendAll(rows);
  }

  /** True when nothing has happened for long, nothing is known to be due, and the lease lasts. */
  #isQuiet(): boolean {
    return this.#pace.isIdle && !this.#isWoken && this.#store.nextDueMs !== 0 && this.#store.leftMs > this.#options.leaseMs / 2;
  }

  /** Its share is of no use here, and another process may have a connection. */
  async #withoutBroker(): Promise<Turn> {
    if (this.#store.leftMs > 0) this.#store.renounce();
    return (await this.#store.leave()) ? NOTHING : { found: 'failed', waitMs: this.#pace.storeFailed() };
  }

  /** Sends flight after flight, until there is nothing more, or it is time to give to others what is more than its share. */
  async #sendAll(first: readonly OutboxRow[]): Promise<Turn> {
    const { runtime } = this.#parts;
    const until = runtime.monotonic() + this.#options.leaseMs / 3;
    const flights: Flight[] = [];
    let isFull = this.#isFull(first);
    let waiting = await this.#begin(first, flights);
    let result = NOTHING_SENT;
    while (flights.length > 0) {
      if (isFull && waiting.length === 0 && runtime.monotonic() < until) {
        waiting = await this.#readOn(result, flights);
        result = NOTHING_SENT;
        isFull = waiting.length > 0 && this.#isFull(waiting); // nothing may mean that the store has failed
      } else {
        const landed = await this.#land(flights, waiting, result);
        if (landed.isFruitless) {
          await this.#store.mark(landed.before);
          return this.#fruitless(landed.rows, landed.result);
        }
        result = bothResults(landed.before, landed.result);
        waiting = unblocked(waiting, landed.result);
      }
      waiting = await this.#begin(waiting, flights);
    }
    await this.#store.mark(result);
    return { found: isFull || waiting.length > 0 ? 'full' : 'rows' };
  }

  /** Lets leave what may, beside what is under way: not what has a key that is under way. Gives the rest. */
  async #begin(waiting: readonly OutboxRow[], flights: Flight[]): Promise<readonly OutboxRow[]> {
    let rest = waiting;
    while (rest.length > 0 && flights.length < this.#mostFlights) {
      const underWay = flights.flatMap(rowsOf);
      const [rows, others] = splitFlight(rest, underWay, Math.min(this.#flightSize, this.#most - underWay.length));
      if (rows.length === 0 || !(await this.#mayBegin([...underWay, ...rest]))) return rest;
      flights.push({ rows, sending: this.#send(rows), isBesideFruit: false });
      rest = others;
    }
    return rest;
  }

  /**
   * While something is sent: what was sent before is written down, and the next rows are read. Both statements run at the same time, but what has
   * failed is written down first, for it keeps back the later rows of its keys.
   */
  async #readOn(before: BatchResult, flights: readonly Flight[]): Promise<readonly OutboxRow[]> {
    const marking = this.#store.mark(before);
    if (before.refused.length > 0 || before.failed.length > 0) await marking;
    const reading = this.#store.readAhead({ except: [...before.sent, ...flights.flatMap(rowsOf)], limit: this.#most });
    const [rows] = await Promise.all([reading, marking]);
    return rows ?? [];
  }

  /** What was accepted is written down together with what is accepted soon after it, and else before that: were this process to end, it would be sent again. */
  #landsSoon({ sending }: Flight): Promise<boolean> {
    return settlesInTime(sending, { limitMs: SOON_MS, runtime: this.#parts.runtime });
  }

  /** Waits for the oldest flight, and renews the lease meanwhile. Where nothing of it was accepted, for what is beside it too. */
  async #land(flights: Flight[], waiting: readonly OutboxRow[], sentBefore: BatchResult): Promise<Landed> {
    let before = sentBefore;
    let rows: readonly OutboxRow[] = [];
    let result = NOTHING_SENT;
    let isFruitless = true;
    while (isFruitless && flights.length > 0) {
      const [oldest] = flights as [Flight, ...Flight[]];
      if (!(await this.#landsSoon(oldest))) {
        await this.#store.mark(before);
        before = NOTHING_SENT;
      }
      await this.#store.renewUntil(oldest.sending, [...flights.flatMap(rowsOf), ...waiting]);
      rows = [...rows, ...oldest.rows];
      result = bothResults(result, await oldest.sending);
      isFruitless = !isFruitful(result) && result.isUntried !== true && !(oldest.isBesideFruit && this.#parts.isConnected());
      flights.shift();
    }
    if (isFruitful(result)) {
      for (const flight of flights) flight.isBesideFruit = true;
      this.#pace.fruitful();
      this.#fruitAt = this.#parts.runtime.monotonic();
      this.#most = Math.min(this.#options.batchSize, this.#most * 2);
      this.#parts.monitor.goesWell();
    }
    return { rows, result, before, isFruitless };
  }

  /** One after another while the transport does not answer for all, and where batches are tiny. */
  get #mostFlights(): number {
    return this.#most < this.#options.batchSize || this.#most < LEAST_TO_SPLIT ? 1 : MOST_FLIGHTS;
  }

  get #flightSize(): number {
    return Math.ceil(this.#most / this.#mostFlights);
  }

  /** True while what was read is this relay's own for long enough to be sent. Else it is forgotten, for somebody else may send it. */
  async #mayBegin(rows: readonly OutboxRow[]): Promise<boolean> {
    const lasts = await this.#store.lastsFor(this.#options.leaseMs / 3, rows);
    return lasts && this.#life !== 'ending'; // a stop may have come while the store was asked
  }

  async #send(rows: readonly OutboxRow[]): Promise<BatchResult> {
    const { runtime, monitor, send, isConnected } = this.#parts;
    const time = new SendingTime({ runtime, share: this.#store, marginMs: this.#options.leaseMs / 10 });
    this.#sending.add(time);
    let outcomes: readonly SendOutcome[] | undefined;
    try {
      await runtime.yield(); // what is said to the store meanwhile leaves first: then it works while the processor is busy here
      if (!time.isOver) {
        const entries = rows.map(({ entry }) => entry);
        outcomes = await send(entries, time.signal, time);
      }
    } catch (error) {
      outcomes = rows.map(() => ({ status: 'unknown', cause: error }));
    }
    time.end();
    this.#sending.delete(time);
    if (outcomes === undefined) return untried(rows);
    const result = judgeBatch(rows, outcomes, () => runtime.random());
    monitor.sent(result.sent.length);
    return isConnected() && !time.signal.aborted ? result : { ...result, failed: [] };
  }

  /**
   * Nothing of a batch was accepted: at first that is the broker's fault, and nothing is written down. When it goes on, what was answered is
   * the rows' own failure, and where nothing is answered one row at a time is tried. Such a row is held only where the broker has taken others
   * since it was tried before: else it may be the broker that answers nothing.
   */
  async #fruitless(rows: readonly OutboxRow[], { failed }: BatchResult): Promise<Turn> {
    const waitMs = this.#pace.fruitless();
    if (!failed.some(({ isAnswered }) => isAnswered)) this.#most = Math.ceil(rows.length / 4);
    if (this.#pace.fruitlessInARow > FRUITLESS_AT_MOST && this.#parts.isConnected()) {
      const own = rows.length === 1 ? failed : failed.filter(({ isAnswered }) => isAnswered);
      const isBrokerAtWork = this.#parts.runtime.monotonic() - this.#fruitAt < LONGEST_RETRY_MS;
      await this.#store.mark({ ...NOTHING_SENT, failed: isBrokerAtWork ? own : withoutHolding(own) });
      if (own.length === 0 || rows.length === 1) this.#most = 1;
      this.#parts.monitor.stalled(failed[0]?.reason);
      if (own.some(({ isAnswered }) => isAnswered)) return { found: 'failed', waitMs: this.#pace.firstFruitlessMs };
    }
    return { found: 'failed', waitMs };
  }

  #limit(): number {
    return this.#most;
  }

  #isFull(rows: readonly OutboxRow[]): boolean {
    if (rows.length >= this.#limit() || this.#store.nextDueMs === 0) return true;
    return rows.reduce((sum, { entry }) => sum + entry.body.byteLength, 0) >= this.#options.maxBatchBytes * FULL_FROM;
  }
}

const nothing = (): void => undefined;

const NOTHING: Turn = Object.freeze({ found: 'nothing' });

/** True when a batch has led to something: a row is accepted, or one is refused for good. */
const isFruitful = ({ sent, refused }: BatchResult): boolean => sent.length > 0 || refused.length > 0;
