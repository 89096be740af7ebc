import type { Runtime } from '../runtime/runtime.ts';
import type { Deadline } from './deadlines.ts';
import type { SendOutcome, TransportEntry } from './transport-message.ts';

/** Tells the adapter that nobody waits any longer. */
export interface GivingUp {
  readonly controller: AbortController;
  readonly runtime: Runtime;
}

/** A send that has left, until its adapter has answered. One object without closures of its own: there is one for each message. */
export class PendingSend implements Deadline<PendingSend> {
  /** When its caller has waited for long enough. */
  readonly until: number;
  /** The room that it takes: how many messages, and how many bytes of bodies. */
  readonly count: number;
  readonly bytes: number;
  /** Where it is of several entries, of which the adapter may know some. */
  readonly givingUp: GivingUp | undefined;
  readonly #resolve: (outcomes: readonly SendOutcome[]) => void;
  #unlisten: (() => void) | undefined;
  /** True when its room was given back. */
  hasLeft: boolean = false;
  previous: PendingSend | undefined = undefined;
  next: PendingSend | undefined = undefined;

  constructor(
    entries: readonly TransportEntry[],
    { until, givingUp }: Pick<PendingSend, 'until' | 'givingUp'>,
    resolve: (outcomes: readonly SendOutcome[]) => void,
  ) {
    this.until = until;
    this.givingUp = givingUp;
    this.count = entries.length;
    this.bytes = bytesOf(entries);
    this.#resolve = resolve;
    this.#unlisten = undefined;
  }

  /** Calls when the signal aborts, until the caller has its outcomes. */
  listen(signal: AbortSignal, onAbort: () => void): void {
    signal.addEventListener('abort', onAbort, { once: true });
    const unlisten = (): void => signal.removeEventListener('abort', onAbort);
    this.#unlisten = unlisten;
  }

  /** The caller has its outcomes: the first ones count. */
  finish(outcomes: readonly SendOutcome[]): void {
    this.#unlisten?.();
    this.#resolve(outcomes);
  }

  /** The caller has what the adapter says to that within a turn of the event loop; else `unknown`. */
  abandon({ controller, runtime }: GivingUp, cause: unknown, unknown: readonly SendOutcome[]): void {
    this.#unlisten?.(); // it is given up once
    controller.abort(cause);
    void runtime.yield().then(() => this.finish(unknown));
  }
}

function bytesOf(entries: readonly TransportEntry[]): number {
  let bytes = 0;
  for (let index = 0; index < entries.length; index += 1) bytes += (entries[index] as TransportEntry).body.byteLength;
  return bytes;
}
