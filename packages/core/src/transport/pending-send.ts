import type { Deadline } from './deadlines.ts';
import type { SendOutcome, TransportEntry } from './transport-message.ts';

/** A send that has left, until its adapter has answered. One object without closures of its own: there is one for each message. */
export class PendingSend implements Deadline<PendingSend> {
  /** When its caller has waited for long enough. */
  readonly until: number;
  /** The room that it takes: how many messages, and how many bytes of bodies. */
  readonly count: number;
  readonly bytes: number;
  readonly #resolve: (outcomes: readonly SendOutcome[]) => void;
  #unlisten: (() => void) | undefined;
  /** True when its room was given back. */
  hasLeft: boolean = false;
  previous: PendingSend | undefined = undefined;
  next: PendingSend | undefined = undefined;

  constructor(entries: readonly TransportEntry[], until: number, resolve: (outcomes: readonly SendOutcome[]) => void) {
    this.until = until;
    this.count = entries.length;
    this.bytes = bytesOf(entries);
    this.#resolve = resolve;
    this.#unlisten = undefined;
  }

  /** Calls when the signal aborts, until the caller has its outcomes. */
  listen(signal: AbortSignal, onAbort: () => void): void {
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', onAbort);
  }

  /** The caller has its outcomes. */
  finish(outcomes: readonly SendOutcome[]): void {
    this.#unlisten?.();
    this.#resolve(outcomes);
  }
}

function bytesOf(entries: readonly TransportEntry[]): number {
  let bytes = 0;
  for (let index = 0; index < entries.length; index += 1) bytes += (entries[index] as TransportEntry).body.byteLength;
  return bytes;
}
