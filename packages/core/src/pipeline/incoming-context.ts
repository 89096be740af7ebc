import { DeliveryError } from '../errors/bus-error.ts';
import type { AnyCommand, AnyEvent, AnyRequest, Contract, InputOf, ReplyOf } from '../messages/contract.ts';
import { HEADERS } from '../messages/headers.ts';
import type { MessageHeaders } from '../messages/message-headers.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { TransportEntry, TransportMessage } from '../transport/transport-message.ts';
import type { BatchOptions, BatchOutcome } from './batch.ts';
import type { ConsumeContext, Replied } from './consume-context.ts';
import type { RequestOptions, SendOptions } from './message-sender.ts';
import { NO_OPTIONS } from './message-sender.ts';
import { REPLIED, pickReply, replyError } from './pick-reply.ts';
import type { PipelineContext } from './step.ts';

/** What an incoming context needs of its endpoint. */
export interface IncomingSurroundings {
  readonly endpoint: string;
  /** Runs the outgoing steps and captures the message for the end of the unit of work. */
  readonly capture: (
    context: IncomingContext,
    kind: 'send' | 'publish',
    contract: Contract,
    message: unknown,
    options: SendOptions,
  ) => MaybePromise<void>;
  /** Runs the outgoing steps for several messages and captures those that they let through. */
  readonly captureAll: (
    context: IncomingContext,
    kind: 'send' | 'publish',
    contract: Contract,
    messages: readonly unknown[],
    options: BatchOptions<never>,
  ) => Promise<readonly BatchOutcome[]>;
  /** Runs the outgoing steps for a reply and captures it; does nothing where nobody can be reached by it. */
  readonly captureReply: (context: IncomingContext, contract: Contract, message: unknown) => MaybePromise<void>;
  /** Sends a request at once; resolves with its reply. */
  readonly request: (context: IncomingContext, contract: Contract, message: unknown, options: RequestOptions) => Promise<unknown>;
  /** Aborts when the bus gives up draining. */
  readonly aborted: AbortSignal;
}

const NOTHING: readonly TransportEntry[] = Object.freeze([]);

/** What an incoming context needs of its delivery. */
export interface ArrivedMessage {
  readonly message: TransportMessage;
  readonly nativeId: string;
  readonly lost: AbortSignal;
}

/** One attempt at one delivery: what flows through the incoming steps, and what handlers see as {@link ConsumeContext}. */
export class IncomingContext implements PipelineContext, ConsumeContext {
  position = 0;
  message: unknown;
  /** Set by the step `resolve-contract`. */
  contract!: Contract;
  /** How the attempt ended, where it is not the ordinary way. */
  outcome: 'handled' | 'skipped' = 'handled';
  /** True from the moment the first handler is called: what fails before is a fault of the message, after it of the handler. */
  handling = false;
  /** When it began, by the monotonic clock, where attempts are counted. */
  began: number | undefined;
  #captured: TransportEntry[] | undefined;
  readonly attempt: number;
  readonly #delivery: ArrivedMessage;
  readonly #headers: MessageHeaders;
  readonly #surroundings: IncomingSurroundings;
  #custom: ReadonlyMap<string, string> | undefined;
  #abort: AbortController | undefined;
  #unlisten: (() => void) | undefined;
  /** Sends that the handlers began and that are not captured yet. */
  #capturing: Set<Promise<void>> | undefined;
  #ended = false;
  #replied = false;

  constructor(delivery: ArrivedMessage, headers: MessageHeaders, surroundings: IncomingSurroundings, attempt: number) {
    this.#headers = headers;
    this.#delivery = delivery;
    this.attempt = attempt;
    this.#surroundings = surroundings;
  }

  get body(): Uint8Array {
    return this.#delivery.message.body;
  }
  get endpoint(): string {
    return this.#surroundings.endpoint;
  }
  get allHeaders(): MessageHeaders {
    return this.#headers;
  }
  get headers(): ReadonlyMap<string, string> {
    return (this.#custom ??= this.#headers.custom);
  }
  get messageId(): string {
    return this.#headers.at(SLOTS.id) ?? this.#delivery.nativeId;
  }
  get correlationId(): string | undefined {
    return this.#headers.at(SLOTS.correlation);
  }
  get conversationId(): string | undefined {
    return this.#headers.at(SLOTS.conversation);
  }
  get causationId(): string | undefined {
    return this.#headers.at(SLOTS.causation);
  }
  get initiatorId(): string | undefined {
    return this.#headers.at(SLOTS.initiator);
  }
  get tenantId(): string | undefined {
    return this.#headers.at(SLOTS.tenant);
  }
  get sentAt(): Date | undefined {
    const sent = this.#headers.get(HEADERS.sent);
    const time = sent === undefined ? Number.NaN : Date.parse(sent);
    return Number.isNaN(time) ? undefined : new Date(time);
  }
  get signal(): AbortSignal {
    return (this.#abort ??= this.#listen()).signal;
  }

  /** Not `AbortSignal.any`: while somebody listens to that it is kept for as long as the bus lives, and handlers that never stop listening are common. */
  #listen(): AbortController {
    const abort = new AbortController();
    const sources = [this.#surroundings.aborted, this.#delivery.lost];
    const onAbort = (): void => abort.abort(sources.find(({ aborted }) => aborted)?.reason);
    if (sources.some(({ aborted }) => aborted)) onAbort();
    else if (!this.#ended) {
      for (const source of sources) source.addEventListener('abort', onAbort, { once: true });
      this.#unlisten = () => {
        for (const source of sources) source.removeEventListener('abort', onAbort);
      };
    }
    return abort;
  }

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
    if (this.#ended) throw attemptEnded(this, request);
    return (await this.#surroundings.request(this, request, message, options)) as ReplyOf<C>;
  }

  async reply(...given: unknown[]): Promise<Replied> {
    await this.#reply(given.length > 1 ? { kind: given[0], message: given[1] } : given[0]);
    return REPLIED;
  }

  /** Takes what a handler returned whose contract has a reply. @throws DeliveryError `REPLY_MISSING`, `REPLIED_TWICE` */
  settleReply(returned: unknown): MaybePromise<void> {
    if (returned === REPLIED) return undefined;
    if (returned !== undefined) return this.#reply(returned);
    if (this.#replied || this.#headers.at(SLOTS.replyTo) === undefined) return undefined;
    throw replyError('REPLY_MISSING', this, 'returned nothing, and somebody waits for its reply. Return the reply.');
  }

  /** What the handlers sent; leaves after they returned. */
  get captured(): readonly TransportEntry[] {
    return this.#captured ?? NOTHING;
  }

  get hasCaptured(): boolean {
    return this.#captured !== undefined;
  }

  /** Keeps a message until the handlers have returned. */
  capture(entry: TransportEntry): void {
    (this.#captured ??= []).push(entry);
  }

  /** True while a send that a handler began is not captured yet. */
  get isCapturing(): boolean {
    return this.#capturing !== undefined && this.#capturing.size > 0;
  }

  /** Resolves when all sends that were begun are captured or refused, also those that nobody awaited. */
  async whenCaptured(): Promise<void> {
    while (this.#capturing !== undefined && this.#capturing.size > 0) await Promise.allSettled(this.#capturing);
  }

  /** True once the attempt is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The attempt is over: what still wants to send through the context is refused. */
  end(): void {
    this.#ended = true;
    this.#unlisten?.();
  }

  #capture(kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions): Promise<void> {
    try {
      if (this.#ended) throw attemptEnded(this, contract);
      return this.#track(this.#surroundings.capture(this, kind, contract, message, options)) ?? Promise.resolve();
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Runs the steps for several messages and keeps them until the handlers have returned. */
  async captureBatch(
    kind: 'send' | 'publish',
    contract: Contract,
    messages: readonly unknown[],
    options: BatchOptions<never>,
  ): Promise<readonly BatchOutcome[]> {
    if (this.#ended) throw attemptEnded(this, contract);
    const capturing = this.#surroundings.captureAll(this, kind, contract, messages, options);
    void this.#track(
      capturing.then(
        () => undefined,
        () => undefined,
      ),
    );
    return capturing;
  }

  #reply(value: unknown): MaybePromise<void> {
    if (this.#ended) throw attemptEnded(this, this.contract);
    const { contract, message } = pickReply(this, value);
    if (this.#replied) throw replyError('REPLIED_TWICE', this, 'replied twice. Return the reply, or call `context.reply` once.');
    this.#replied = true;
    return this.#track(this.#surroundings.captureReply(this, contract, message));
  }

  #track(capturing: MaybePromise<void>): Promise<void> | undefined {
    if (!isPromise(capturing)) return undefined;
    const begun = (this.#capturing ??= new Set());
    const tracked = Promise.resolve(capturing).finally(() => begun.delete(tracked));
    begun.add(tracked);
    return tracked;
  }
}

function attemptEnded({ messageId, endpoint }: IncomingContext, contract: Contract): DeliveryError {
  return new DeliveryError(
    'ATTEMPT_ENDED',
    `"${contract?.name}" was not sent: the attempt at the message "${messageId}" is over. Await everything before the handler returns.`,
    { details: { endpoint, messageId, message: contract?.name } },
  );
}
