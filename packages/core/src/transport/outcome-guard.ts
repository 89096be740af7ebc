import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Deadlines } from './deadlines.ts';
import type { GivingUp } from './pending-send.ts';
import { PendingSend } from './pending-send.ts';
import type { PublishOverflow, SendLimits } from './send-window.ts';
import { SendWindow } from './send-window.ts';
import type { SendOutcome, TransportEntry } from './transport-message.ts';

/** Whatever sends entries: a transport, an inbox. */
interface EntrySender<Options> {
  send(entries: readonly TransportEntry[], options: Options): MaybePromise<readonly SendOutcome[]>;
}

/**
 * Gives every entry of every send exactly one outcome in time, whatever the adapter does: `unknown` when it throws,
 * answers with another number of outcomes, or has not answered when the timeout passes, the signal aborts or the
 * transport closes; `rejected` when the signal had aborted before. An adapter that has several entries hears of it by its signal, and
 * may tell then what it knows of each. What is under way is bounded: further sends wait for room, in order, and end as `rejected` when
 * they find none in time, or at once where that was asked for.
 */
export class OutcomeGuard {
  readonly #transport: string;
  readonly #timeoutMs: number;
  /** Ends each send that has no answer yet. */
  readonly #unanswered: Deadlines<PendingSend>;
  /** Those whose caller has its outcome, and whose adapter has not answered. */
  readonly #abandoned = new Set<PendingSend>();
  /** Ends each send that waits for room. */
  readonly #queued = new Set<(cause: unknown) => void>();

  readonly #window: SendWindow;
  readonly #overflow: PublishOverflow;

  constructor(transport: string, timeoutMs: number, { overflow, ...limits }: SendLimits & { readonly overflow: PublishOverflow }) {
    this.#transport = transport;
    this.#timeoutMs = timeoutMs;
    const tooLate = `no answer from the transport "${transport}" within ${timeoutMs} ms`;
    this.#unanswered = new Deadlines(tooLate, (pending, cause) => this.#abandon(pending, cause));
    this.#window = new SendWindow(limits);
    this.#overflow = overflow;
  }

  send<Options extends { readonly signal?: AbortSignal; readonly holdsBack?: boolean }>(
    sender: EntrySender<Options>,
    entries: readonly TransportEntry[],
    options: Options,
    runtime: Runtime,
  ): MaybePromise<readonly SendOutcome[]> {
    const { signal } = options;
    if (signal?.aborted === true) return allRejected(entries.length, signal.reason);
    if (this.#window.isFull) {
      if (this.#overflow === 'wait' || options.holdsBack === true) return this.#sendLater(sender, entries, options, runtime);
      return allHeldBack(entries.length, `too much is under way to the transport "${this.#transport}" without an answer`);
    }
    return this.#sendNow(sender, entries, options, runtime, this.#timeoutMs);
  }

  #sendNow<Options extends { readonly signal?: AbortSignal }>(
    sender: EntrySender<Options>,
    entries: readonly TransportEntry[],
    options: Options,
    runtime: Runtime,
    limitMs: number,
  ): MaybePromise<readonly SendOutcome[]> {
    const givingUp = entries.length > 1 ? { controller: new AbortController(), runtime } : undefined;
    try {
      const outcomes = sender.send(entries, givingUp === undefined ? options : { ...options, signal: givingUp.controller.signal });
      if (!isPromise(outcomes)) return this.#complete(outcomes, entries.length);
      return this.#inTime(outcomes, entries, { runtime, limitMs, signal: options.signal, givingUp });
    } catch (error) {
      return allUnknown(entries.length, error);
    }
  }

  /** Waits for room first. What finds none within the timeout, or whose signal aborts, has not left. */
  #sendLater<Options extends { readonly signal?: AbortSignal }>(
    sender: EntrySender<Options>,
    entries: readonly TransportEntry[],
    options: Options,
    runtime: Runtime,
  ): Promise<readonly SendOutcome[]> {
    return new Promise((resolve) => {
      const { signal } = options;
      const end = (): void => {
        timer.cancel();
        this.#queued.delete(giveUp);
        signal?.removeEventListener('abort', onAbort);
      };
      const giveUp = (cause: unknown): void => {
        end();
        leaveQueue();
        resolve(allHeldBack(entries.length, cause));
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const full = `the transport "${this.#transport}" has answered too few of what is under way within ${this.#timeoutMs} ms`;
      const timer = runtime.setTimer(this.#timeoutMs, () => giveUp(full));
      const until = runtime.monotonic() + this.#timeoutMs;
      const leaveQueue = this.#window.wait(() => {
        end();
        const leftMs = until - runtime.monotonic();
        resolve(leftMs > 0 ? this.#sendNow(sender, entries, options, runtime, leftMs) : allHeldBack(entries.length, full));
      });
      this.#queued.add(giveUp);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Ends what has no answer yet as `unknown`, and what waits for room as `rejected`. */
  giveUp(cause: unknown): void {
    for (const end of this.#queued) end(cause);
    this.#unanswered.endAll(cause);
    for (const pending of this.#abandoned) this.#giveBack(pending);
  }

  #inTime(
    sending: Promise<readonly SendOutcome[]>,
    entries: readonly TransportEntry[],
    { runtime, limitMs, signal, givingUp }: InTime,
  ): Promise<readonly SendOutcome[]> {
    return new Promise((resolve) => {
      const pending = new PendingSend(entries, { until: runtime.monotonic() + limitMs, givingUp }, resolve);
      this.#window.enter(pending.count, pending.bytes);
      this.#unanswered.add(pending, runtime);
      if (signal !== undefined) pending.listen(signal, () => this.#abandon(pending, signal.reason));
      sending.then(
        (outcomes) => this.#answered(pending, this.#complete(outcomes, pending.count)),
        (error: unknown) => this.#answered(pending, allUnknown(pending.count, error)),
      );
    });
  }

  #answered(pending: PendingSend, outcomes: readonly SendOutcome[]): void {
    this.#giveBack(pending);
    this.#unanswered.delete(pending);
    pending.finish(outcomes);
  }

  /** The caller waits no longer, but for what the adapter knows by now of each of several entries. */
  #abandon(pending: PendingSend, cause: unknown): void {
    this.#unanswered.delete(pending);
    this.#abandoned.add(pending);
    const unknown = allUnknown(pending.count, cause);
    if (pending.givingUp === undefined) pending.finish(unknown);
    else pending.abandon(pending.givingUp, cause, unknown);
  }

  /** The room is taken until the adapter answers, for it holds the entries for so long: a caller that gave up has freed nothing. */
  #giveBack(pending: PendingSend): void {
    if (pending.hasLeft) return;
    pending.hasLeft = true;
    this.#abandoned.delete(pending);
    this.#window.leave(pending.count, pending.bytes);
  }

  /** An adapter that answers with too few or too many cannot be trusted about any of them. */
  #complete(outcomes: readonly SendOutcome[], count: number): readonly SendOutcome[] {
    if (count === 1 && Array.isArray(outcomes) && outcomes.length === 1 && isOutcome(outcomes[0])) return outcomes;
    if (Array.isArray(outcomes) && outcomes.length === count && outcomes.every(isOutcome)) return outcomes;
    const got = Array.isArray(outcomes) ? `${outcomes.length} outcomes` : 'no outcomes';
    return allUnknown(count, `the transport "${this.#transport}" answered ${count} entries with ${got}, or with some that are none`);
  }
}

/** How long an answer is waited for. */
interface InTime {
  readonly runtime: Runtime;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  readonly givingUp: GivingUp | undefined;
}

const isOutcome = (outcome: SendOutcome | undefined): boolean =>
  outcome?.status === 'accepted' || outcome?.status === 'rejected' || outcome?.status === 'unknown';

const allRejected = (count: number, cause: unknown): readonly SendOutcome[] =>
  Array.from({ length: count }, () => ({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause }));

const allHeldBack = (count: number, cause: unknown): readonly SendOutcome[] =>
  Array.from({ length: count }, () => ({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause, heldBack: true }));

const allUnknown = (count: number, cause: unknown): readonly SendOutcome[] =>
  Array.from({ length: count }, () => ({ status: 'unknown', cause }));
