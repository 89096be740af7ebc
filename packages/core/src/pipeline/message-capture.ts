import type { DeliveryError } from '../errors/bus-error.ts';
import type { AnyCommand, AnyEvent, AnyRequest, Contract, InputOf, ReplyOf } from '../messages/contract.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { TransportEntry } from '../transport/transport-message.ts';
import type { BatchOptions, BatchOutcome } from './batch.ts';
import type { ConsumeContext } from './consume-context.ts';
import type { MessageSender, RequestOptions, SendOptions } from './message-sender.ts';
import { NO_OPTIONS } from './message-sender.ts';

/** What a {@link MessageCapture} needs of its bus. */
export interface CaptureSurroundings {
  /** Runs the outgoing steps and captures the message for the end of the unit of work. */
  readonly capture: (
    into: MessageCapture,
    kind: 'send' | 'publish',
    contract: Contract,
    message: unknown,
    options: SendOptions,
  ) => MaybePromise<void>;
  /** Runs the outgoing steps for several messages and captures those that they let through. */
  readonly captureAll: (
    into: MessageCapture,
    kind: 'send' | 'publish',
    contract: Contract,
    messages: readonly unknown[],
    options: BatchOptions<never>,
  ) => Promise<readonly BatchOutcome[]>;
  /** Sends a request at once; resolves with its reply. */
  readonly request: (from: MessageCapture, contract: Contract, message: unknown, options: RequestOptions) => Promise<unknown>;
}

/** Work that is done at this moment, as what it has started finds it. */
export interface AmbientWork {
  readonly capture: MessageCapture;
  /** What comes after its end is refused; else it leaves at once. */
  refusesLate: boolean;
}

const NOTHING: readonly TransportEntry[] = Object.freeze([]);

/** Keeps what is sent by it until the work that sends has succeeded: an attempt at a message, or the work of `bus.transaction`. */
export abstract class MessageCapture implements MessageSender {
  #captured: TransportEntry[] | undefined;
  /** Sends that were begun and that are not captured yet. */
  #capturing: Set<Promise<void>> | undefined;
  #ended = false;

  /** The message whose handling sends; `undefined` where there is none. */
  abstract get cause(): ConsumeContext | undefined;
  /** True where what is captured is stored in the outbox, and does not go to the transport from here. */
  abstract get isStored(): boolean;
  protected abstract get surroundings(): CaptureSurroundings;
  /** What a send is refused with that comes after the end. */
  abstract refusalOf(contract: Contract): DeliveryError;
  /** True where what is captured goes into this transaction. */
  abstract isIn(transaction: unknown): boolean;

  send<C extends AnyCommand>(command: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#capture('send', command, message, options);
  }

  publish<C extends AnyEvent>(event: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#capture('publish', event, message, options);
  }

  sendAll<C extends AnyCommand>(
    command: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.captureBatch('send', command, messages, options);
  }

  publishAll<C extends AnyEvent>(
    event: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.captureBatch('publish', event, messages, options);
  }

  async request<C extends AnyRequest>(request: C, message: InputOf<C>, options: RequestOptions = {}): Promise<ReplyOf<C>> {
    if (this.#ended) throw this.refusalOf(request);
    return (await this.surroundings.request(this, request, message, options)) as ReplyOf<C>;
  }

  /** What was sent. */
  get captured(): readonly TransportEntry[] {
    return this.#captured ?? NOTHING;
  }

  get hasCaptured(): boolean {
    return this.#captured !== undefined;
  }

  /** Keeps a message. */
  capture(entry: TransportEntry): void {
    (this.#captured ??= []).push(entry);
  }

  /** True while a send that was begun is not captured yet. */
  get isCapturing(): boolean {
    return this.#capturing !== undefined && this.#capturing.size > 0;
  }

  /** Resolves when all sends that were begun are captured or refused, also those that nobody awaited. */
  async whenCaptured(): Promise<void> {
    while (this.#capturing !== undefined && this.#capturing.size > 0) await Promise.allSettled(this.#capturing);
  }

  /** Waits for what was begun, and ends: what comes later is refused. */
  async endCaptured(): Promise<void> {
    while (this.isCapturing) await this.whenCaptured();
    this.end();
  }

  /** True once the work is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The work is over: what still wants to send is refused. */
  end(): void {
    this.#ended = true;
  }

  /** Runs the steps for several messages and keeps them. */
  async captureBatch(
    kind: 'send' | 'publish',
    contract: Contract,
    messages: readonly unknown[],
    options: BatchOptions<never>,
  ): Promise<readonly BatchOutcome[]> {
    if (this.#ended) throw this.refusalOf(contract);
    const capturing = this.surroundings.captureAll(this, kind, contract, messages, options);
    this.waitFor(capturing);
    return capturing;
  }

  #capture(kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions): Promise<void> {
    try {
      if (this.#ended) throw this.refusalOf(contract);
      return this.track(this.surroundings.capture(this, kind, contract, message, options)) ?? Promise.resolve();
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Waits at its end for what is done in its transaction beside it. */
  waitFor(work: Promise<unknown>): void {
    void this.track(
      work.then(
        () => undefined,
        () => undefined,
      ),
    );
  }

  protected track(capturing: MaybePromise<void>): Promise<void> | undefined {
    if (!isPromise(capturing)) return undefined;
    const begun = (this.#capturing ??= new Set());
    const tracked = Promise.resolve(capturing).finally(() => begun.delete(tracked));
    begun.add(tracked);
    return tracked;
  }
}
