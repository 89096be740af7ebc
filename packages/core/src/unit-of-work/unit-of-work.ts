import type { RunnableHandler } from '../handling/handler.ts';
import { idempotencyKeyOf } from '../handling/idempotency-key.ts';
import { invoke } from '../handling/invoke.ts';
import { NOBODY, storedResponse } from '../inbox/stored-response.ts';
import type { InboxKey } from '../inbox/inbox-store.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import { storeNow } from '../persistence/store-clock.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { AmbientWork } from '../pipeline/message-capture.ts';
import type { Ambient } from '../runtime/ambient.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TransportEntry } from '../transport/transport-message.ts';
import type { BusStore } from './bus-store.ts';
import { storeCaptured } from './bus-store.ts';

/** What the units of work of one endpoint are made with. */
export interface UnitParts {
  readonly store: BusStore;
  readonly runtime: Runtime;
  /** Its name in the inbox: one that no other service shares, and of its own for each instance of a temporary one. */
  readonly endpoint: string;
  /** Where handlers are found without their context; `undefined` where the platform cannot. */
  readonly ambient: Ambient<AmbientWork> | undefined;
}

/** How a unit of work ended that was committed. */
export type UnitEnd =
  /** `reply` is for somebody who has asked. */
  | { readonly status: 'handled'; readonly reply: TransportEntry | undefined; readonly hasStored: boolean }
  /** The work was done before; `response` was kept of it. */
  | { readonly status: 'completed'; readonly response: Uint8Array | undefined };

/**
 * One handler of one message in one transaction: claims the inbox key, runs the handler, keeps its reply, and adds what it sent to
 * the outbox. The claim is complete with the commit.
 *
 * What the handler began to send without awaiting is waited for; what it begins later, while COMMIT is under way, is refused. After
 * a failure nothing of it remains.
 */
export class UnitOfWork {
  readonly #bound: RunnableHandler;
  readonly #attempt: IncomingContext;
  readonly #parts: UnitParts;
  readonly #number: number;
  #context: IncomingContext | undefined;
  #work: AmbientWork | undefined;
  #failure: { readonly error: unknown } | undefined;
  #storeFailure: { readonly error: unknown } | undefined;

  /** @param number how often this handler has been tried with it, counted on from the attempts before */
  constructor(bound: RunnableHandler, attempt: IncomingContext, number: number, parts: UnitParts) {
    this.#bound = bound;
    this.#attempt = attempt;
    this.#parts = parts;
    this.#number = number;
  }

  /** True for what the handler failed with itself. */
  isOfHandler(error: unknown): boolean {
    return this.#failure !== undefined && this.#failure.error === error;
  }

  /** True for what the store failed with in a statement of its own: not what its transaction failed with. */
  isOfStore(error: unknown): boolean {
    return this.#storeFailure !== undefined && this.#storeFailure.error === error;
  }

  /** False while it waits for its transaction and its key. */
  get hasBegun(): boolean {
    return this.#context !== undefined;
  }

  /** Rejects when nothing was committed, or nobody knows. No handler begins after `stopping` has aborted. */
  async run(): Promise<UnitEnd> {
    const { store, spans } = this.#parts.store;
    const giveUp = new GiveUp();
    giveUp.with(this.#attempt.signal);
    try {
      const end = await store.transact((tx) => this.#inTransaction(tx, giveUp), { signal: giveUp.signal });
      if (this.#work !== undefined) this.#work.refusesLate = false;
      spans?.stored(this.#context?.captured.filter((entry) => !isReplyToSomebody(entry)) ?? []);
      return end;
    } catch (error) {
      spans?.dropped(this.#context?.captured ?? [], error);
      throw error;
    } finally {
      giveUp.unlisten();
      this.#context?.end();
    }
  }

  async #inTransaction(tx: unknown, giveUp: GiveUp): Promise<UnitEnd> {
    const { store, scope } = this.#parts.store;
    const { contract } = this.#attempt;
    const { id: handlerId } = this.#bound;
    const key: InboxKey = { scope, endpoint: this.#parts.endpoint, handlerId, idempotencyKey: this.#idempotencyKey() };
    if (contract.kind !== 'query') {
      const claim = await this.#byStore(() => store.inbox.claim(tx, key, { now: storeNow(this.#parts.runtime) }));
      if (claim.status === 'completed') return claim;
    }
    giveUp.with(this.#attempt.left);
    this.#attempt.signal.throwIfAborted();
    this.#attempt.stopping.throwIfAborted();
    const captured = await this.#handle(tx, key.idempotencyKey, giveUp);
    const reply = captured.find(isReply);
    const sends = captured.filter((entry) => !isReply(entry));
    if (reply !== undefined && contract.kind === 'command') {
      const response = storedResponse(reply);
      await this.#byStore(() => store.inbox.keepResponse(tx, key, response));
    }
    await this.#byStore(() => storeCaptured(this.#parts.store, tx, sends));
    return { status: 'handled', reply: captured.find(isReplyToSomebody), hasStored: sends.length > 0 };
  }

  async #byStore<Result>(statement: () => Promise<Result>): Promise<Result> {
    try {
      return await statement();
    } catch (error) {
      this.#storeFailure = { error };
      throw error;
    }
  }

  #idempotencyKey(): string {
    try {
      return idempotencyKeyOf(this.#bound, this.#attempt);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #handle(tx: unknown, idempotencyKey: string, giveUp: GiveUp): Promise<readonly TransportEntry[]> {
    const { ambient } = this.#parts;
    const context = this.#attempt.inUnit(tx, idempotencyKey, this.#number);
    this.#context = context;
    this.#work = { capture: context, refusesLate: true };
    const run = async (): Promise<void> => invoke(this.#bound, context);
    try {
      await (ambient === undefined ? run() : ambient.run(this.#work, run));
      await context.endCaptured();
      return context.captured;
    } catch (error) {
      context.end();
      this.#failure = { error };
      if (isBusError(error, 'HANDLER_TIMEOUT')) giveUp.now(error);
      if (context.leftBehind !== undefined) await Promise.allSettled([context.leftBehind]); // it runs on, with its transaction
      throw error;
    }
  }
}

const isReply = ({ destination }: TransportEntry): boolean => destination.kind === 'reply';
const isReplyToSomebody = ({ destination }: TransportEntry): boolean => destination.kind === 'reply' && destination.address !== NOBODY;

/**
 * Gives the transaction up: with the attempt, until its handler runs, which is to end by itself; then when nobody waits for that any more, or
 * when the handler is left behind, which works on it still.
 */
class GiveUp {
  readonly #abort = new AbortController();
  #source: AbortSignal | undefined;
  readonly #onAbort = (): void => this.now(this.#source?.reason);

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  now(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** From now on with this one. */
  with(source: AbortSignal): void {
    this.unlisten();
    this.#source = source;
    if (source.aborted) this.#onAbort();
    else source.addEventListener('abort', this.#onAbort, { once: true });
  }

  unlisten(): void {
    this.#source?.removeEventListener('abort', this.#onAbort);
  }
}
