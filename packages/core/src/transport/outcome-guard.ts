import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SendOutcome, TransportEntry } from './transport-message.ts';

/**
 * Gives every entry of every send exactly one outcome in time, whatever the adapter does: `unknown` when it throws,
 * answers with another number of outcomes, or has not answered when the timeout passes, the signal aborts or the
 * transport closes; `rejected` when the signal had aborted before.
 */
export class OutcomeGuard {
  readonly #transport: string;
  readonly #timeoutMs: number;
  /** Ends each send that has no answer yet. */
  readonly #unanswered = new Set<(cause: unknown) => void>();

  constructor(transport: string, timeoutMs: number) {
    this.#transport = transport;
    this.#timeoutMs = timeoutMs;
  }

  send<Options extends { readonly signal?: AbortSignal }>(
    sender: { send(entries: readonly TransportEntry[], options: Options): MaybePromise<readonly SendOutcome[]> },
    entries: readonly TransportEntry[],
    options: Options,
    runtime: Runtime,
  ): MaybePromise<readonly SendOutcome[]> {
    const { signal } = options;
    if (signal?.aborted === true)
      return entries.map(() => ({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause: signal.reason as unknown }));
    try {
      const outcomes = sender.send(entries, options);
      return isPromise(outcomes) ? this.#inTime(outcomes, entries.length, runtime, signal) : this.#complete(outcomes, entries.length);
    } catch (error) {
      return allUnknown(entries.length, error);
    }
  }

  /** Ends what has no answer yet as `unknown`. */
  giveUp(cause: unknown): void {
    for (const end of this.#unanswered) end(cause);
  }

  #inTime(
    sending: Promise<readonly SendOutcome[]>,
    count: number,
    runtime: Runtime,
    signal: AbortSignal | undefined,
  ): Promise<readonly SendOutcome[]> {
    return new Promise((resolve) => {
      const end = (cause: unknown): void => finish(allUnknown(count, cause));
      const onAbort = (): void => end(signal?.reason);
      const timer = runtime.setTimer(this.#timeoutMs, () =>
        end(`no answer from the transport "${this.#transport}" within ${this.#timeoutMs} ms`),
      );
      const finish = (outcomes: readonly SendOutcome[]): void => {
        timer.cancel();
        this.#unanswered.delete(end);
        signal?.removeEventListener('abort', onAbort);
        resolve(outcomes);
      };
      this.#unanswered.add(end);
      signal?.addEventListener('abort', onAbort, { once: true });
      sending.then((outcomes) => finish(this.#complete(outcomes, count)), end);
    });
  }

  /** An adapter that answers with too few or too many cannot be trusted about any of them. */
  #complete(outcomes: readonly SendOutcome[], count: number): readonly SendOutcome[] {
    if (count === 1 && Array.isArray(outcomes) && outcomes.length === 1 && isOutcome(outcomes[0])) return outcomes;
    if (Array.isArray(outcomes) && outcomes.length === count && outcomes.every(isOutcome)) return outcomes;
    const got = Array.isArray(outcomes) ? `${outcomes.length} outcomes` : 'no outcomes';
    return allUnknown(count, `the transport "${this.#transport}" answered ${count} entries with ${got}, or with some that are none`);
  }
}

const isOutcome = (outcome: SendOutcome | undefined): boolean =>
  outcome?.status === 'accepted' || outcome?.status === 'rejected' || outcome?.status === 'unknown';

const allUnknown = (count: number, cause: unknown): readonly SendOutcome[] =>
  Array.from({ length: count }, () => ({ status: 'unknown', cause }));
