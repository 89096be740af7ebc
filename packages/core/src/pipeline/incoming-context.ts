import { DeliveryError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { HEADERS } from '../messages/headers.ts';
import type { MessageHeaders } from '../messages/message-headers.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { TransportMessage } from '../transport/transport-message.ts';
import type { ConsumeContext, Replied } from './consume-context.ts';
import type { CaptureSurroundings } from './message-capture.ts';
import { MessageCapture } from './message-capture.ts';
import { REPLIED, pickReply, replyError } from './pick-reply.ts';
import type { RegisteredTransaction } from './register.ts';
import type { PipelineContext } from './step.ts';

/** What an incoming context needs of its endpoint. */
export interface IncomingSurroundings extends CaptureSurroundings {
  readonly endpoint: string;
  /** Runs the outgoing steps for a reply and captures it; does nothing where nobody can be reached by it. */
  readonly captureReply: (context: IncomingContext, contract: Contract, message: unknown) => MaybePromise<void>;
  /** Aborts when the bus gives up draining. */
  readonly aborted: AbortSignal;
  /** Aborts when nothing more is to be begun. */
  readonly stopping: AbortSignal;
  /** Aborts when handlers that still run after a stop are waited for no more. */
  readonly left: AbortSignal;
}

/** What an incoming context needs of its delivery. */
export interface ArrivedMessage {
  readonly message: TransportMessage;
  readonly nativeId: string;
  readonly lost: AbortSignal;
}

/** Why a delivery goes back. */
export interface ReleaseReason {
  readonly error: unknown;
}

/** What most attempts do not have. */
interface RareFacts {
  readonly idempotencyKey?: string | undefined;
  readonly unit?: { readonly attempt: IncomingContext; readonly transaction: unknown };
  readonly releaseFor?: ReleaseReason;
  readonly leftBehind?: PromiseLike<unknown>;
}

/** One attempt at one delivery: what flows through the incoming steps, and what handlers see as {@link ConsumeContext}. */
export class IncomingContext extends MessageCapture implements PipelineContext, ConsumeContext {
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
  attempt: number;
  readonly #delivery: ArrivedMessage;
  readonly #headers: MessageHeaders;
  readonly #surroundings: IncomingSurroundings;
  #custom: ReadonlyMap<string, string> | undefined;
  #abort: AbortController | undefined;
  #unlisten: (() => void) | undefined;
  #replied = false;
  #rare: RareFacts | undefined;

  constructor(delivery: ArrivedMessage, headers: MessageHeaders, surroundings: IncomingSurroundings, attempt: number) {
    super();
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
    else if (!this.ended) {
      for (const source of sources) source.addEventListener('abort', onAbort, { once: true });
      const unlisten = (): void => {
        for (const source of sources) source.removeEventListener('abort', onAbort);
      };
      this.#unlisten = unlisten;
    }
    return abort;
  }

  get transaction(): RegisteredTransaction {
    const unit = this.#rare?.unit;
    if (unit === undefined || this.ended) throw noTransaction(this);
    return unit.transaction as RegisteredTransaction;
  }
  get idempotencyKey(): string {
    return this.#rare?.idempotencyKey ?? this.messageId;
  }

  /** Takes the key that a handler has chosen; `undefined` for none. */
  identify(idempotencyKey: string | undefined): void {
    if (idempotencyKey !== undefined || this.#rare !== undefined) this.#rare = { ...this.#rare, idempotencyKey };
  }

  /** Why the delivery goes back, where that is no fault of the message: the attempt does not count. */
  get releaseFor(): ReleaseReason | undefined {
    return this.#rare?.releaseFor;
  }
  set releaseFor(reason: ReleaseReason) {
    this.#rare = { ...this.#rare, releaseFor: reason };
  }

  /** The handler runs on, though nobody waits for it any more. */
  leaveBehind(handling: PromiseLike<unknown>): void {
    this.#rare = { ...this.#rare, leftBehind: handling };
  }
  /** Settles when the handler has ended that was left behind; `undefined` where none was. */
  get leftBehind(): PromiseLike<unknown> | undefined {
    return this.#rare?.leftBehind;
  }

  /** The same message in a transaction of its own: what is sent by it, and its end, are the unit's alone. */
  inUnit(transaction: unknown, idempotencyKey: string, attempt: number): IncomingContext {
    const unit = new IncomingContext(this.#delivery, this.#headers, this.#surroundings, attempt);
    unit.message = this.message;
    unit.contract = this.contract;
    unit.handling = this.handling;
    unit.#custom = this.#custom;
    unit.#rare = { idempotencyKey, unit: { attempt: this, transaction } };
    return unit;
  }

  /** The attempt that it belongs to: another than itself where it is the context of a unit of work. */
  get whole(): IncomingContext {
    return this.#rare?.unit?.attempt ?? this;
  }

  get isStored(): boolean {
    return this.#rare?.unit !== undefined;
  }
  isIn(transaction: unknown): boolean {
    return this.#rare?.unit?.transaction === transaction && transaction !== undefined;
  }
  get cause(): this {
    return this;
  }
  protected get surroundings(): IncomingSurroundings {
    return this.#surroundings;
  }
  /** Aborts when nothing more is to be begun: the endpoint stops. */
  get stopping(): AbortSignal {
    return this.#surroundings.stopping;
  }
  /** Aborts when nobody waits for the handler any more: the bus has stopped without it. */
  get left(): AbortSignal {
    return this.#surroundings.left;
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

  /** The attempt is over: what still wants to send through the context is refused. */
  override end(): void {
    super.end();
    this.#unlisten?.();
  }

  refusalOf(contract: Contract): DeliveryError {
    const { messageId, endpoint } = this;
    return new DeliveryError(
      'ATTEMPT_ENDED',
      `"${contract?.name}" was not sent: the attempt at the message "${messageId}" is over. Await everything before the handler returns.`,
      { details: { endpoint, messageId, message: contract?.name } },
    );
  }

  #reply(value: unknown): MaybePromise<void> {
    if (this.ended) throw this.refusalOf(this.contract);
    const { contract, message } = pickReply(this, value);
    if (this.#replied) throw replyError('REPLIED_TWICE', this, 'replied twice. Return the reply, or call `context.reply` once.');
    this.#replied = true;
    return this.track(this.#surroundings.captureReply(this, contract, message));
  }
}

function noTransaction({ contract, messageId, endpoint, ended }: IncomingContext): DeliveryError {
  const why = ended
    ? 'the attempt is over. Await everything before the handler returns'
    : 'none is open. Create the bus with a `store`, and read it in a handler: middleware runs outside of the transaction';
  return new DeliveryError('NO_TRANSACTION', `\`context.transaction\` was read for the message "${messageId}", and ${why}.`, {
    details: { endpoint, messageId, contract: contract?.name },
  });
}
