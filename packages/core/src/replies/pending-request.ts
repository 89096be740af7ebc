import { MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { deferred } from '../runtime/deferred.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';

/** What bounds the waiting for a reply. */
export interface PendingBounds {
  readonly timeoutMs: number;
  readonly signals: readonly AbortSignal[];
}

/**
 * One request that waits for its reply. waiting → ended, once: by its reply, an error, the timeout, or a signal. Once it
 * has ended it holds no timer and no listener.
 */
export class PendingRequest {
  readonly contract: Contract;
  readonly reply: Promise<unknown>;
  /** How the sending ended, for the error of a timeout. */
  sent: 'unsent' | 'accepted' | 'unknown' = 'unsent';
  readonly #resolve: (reply: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onEnd: () => void;
  readonly #signals: readonly AbortSignal[];
  readonly #timer: Timer;
  readonly #onAbort = (): void => this.fail(aborted(this.contract, this.#signals));
  #ended = false;

  constructor(contract: Contract, { timeoutMs, signals }: PendingBounds, runtime: Runtime, onEnd: () => void) {
    const { promise, resolve, reject } = deferred<unknown>();
    this.contract = contract;
    this.reply = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onEnd = onEnd;
    this.#signals = signals;
    this.#timer = runtime.setTimer(timeoutMs, () => this.fail(timedOut(contract, timeoutMs, this.sent)));
    for (const signal of signals) signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Takes the reply, or the promise of it. A second call, and one after the end, is a no-op. */
  answer(reply: Promise<unknown>): void {
    if (this.#end()) this.#resolve(reply);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#timer.cancel();
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort);
    this.#onEnd();
    return true;
  }
}

/** The error of a request whose signal aborted. */
export function aborted(contract: Contract, signals: readonly AbortSignal[]): MessageError {
  return new MessageError('REQUEST_ABORTED', `The request "${contract.name}" was given up: see \`cause\`. It may have been handled.`, {
    cause: signals.find((signal) => signal.aborted)?.reason,
    details: { contract: contract.name },
  });
}

function timedOut(contract: Contract, timeoutMs: number, sent: PendingRequest['sent']): MessageError {
  const what = { unsent: 'It had not left', accepted: 'It was accepted', unknown: 'Whether it left is not known' }[sent];
  return new MessageError(
    'REQUEST_TIMEOUT',
    `No reply to "${contract.name}" came within ${timeoutMs} ms. ${what}; no reply does not mean that it was not handled.`,
    { details: { contract: contract.name, timeoutMs, sent } },
  );
}
