import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { IReplyInbox } from './reply-inbox.ts';
import type { SendOutcome, TransportEntry } from './transport-message.ts';

/** Sends by an inbox as the guard sends by its transport. */
export type InboxSend = (
  inbox: IReplyInbox,
  entries: readonly TransportEntry[],
  options: { readonly signal?: AbortSignal },
) => MaybePromise<readonly SendOutcome[]>;

/** Whether an inbox is still in use; shared with what listens to it. */
export interface InboxGate {
  closed: boolean;
}

/** A reply inbox behind the guard: an outcome for every entry in time, closed once, silent from then on. */
export class GuardedReplyInbox implements IReplyInbox {
  readonly #inner: IReplyInbox;
  readonly #gate: InboxGate;
  readonly #send: InboxSend;
  #closing: Promise<void> | undefined;

  constructor(inner: IReplyInbox, gate: InboxGate, send: InboxSend) {
    this.#inner = inner;
    this.#gate = gate;
    this.#send = send;
  }

  get address(): string {
    return this.#inner.address;
  }

  send(entries: readonly TransportEntry[], options: { readonly signal?: AbortSignal }): MaybePromise<readonly SendOutcome[]> {
    return this.#send(this.#inner, entries, options);
  }

  close(): Promise<void> {
    this.#gate.closed = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#inner.close();
  }
}
