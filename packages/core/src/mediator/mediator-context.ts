import { DeliveryError, MessageError } from '../errors/bus-error.ts';
import { takeHeaders } from '../messages/user-headers.ts';
import type { AnyCommand, AnyEvent, AnyRequest, Contract, InputOf, ReplyOf } from '../messages/contract.ts';
import type { BatchOptions, BatchOutcome } from '../pipeline/batch.ts';
import type { ConsumeContext, Replied } from '../pipeline/consume-context.ts';
import type { RequestOptions, SendOptions } from '../pipeline/message-sender.ts';
import { NO_OPTIONS } from '../pipeline/message-sender.ts';
import { REPLIED, pickReply, replyError } from '../pipeline/pick-reply.ts';
import type { PipelineContext } from '../pipeline/step.ts';
import { validateNow } from './validate-now.ts';

/** What all calls of one contract share. */
export interface MediatorSurroundings {
  readonly contract: Contract;
  readonly newId: () => string;
  readonly now: () => number;
  /** Aborts when the mediator stops. */
  readonly stopped: AbortSignal;
  readonly send: (contract: Contract, message: unknown, options: SendOptions, parent: MediatorContext) => Promise<void>;
  readonly publish: (contract: Contract, message: unknown, options: SendOptions, parent: MediatorContext) => Promise<void>;
  readonly sendAll: (
    kind: 'send' | 'publish',
    contract: Contract,
    messages: readonly unknown[],
    options: BatchOptions<never>,
    parent: MediatorContext,
  ) => Promise<readonly BatchOutcome[]>;
  readonly request: (contract: Contract, message: unknown, options: RequestOptions, parent: MediatorContext) => Promise<unknown>;
}

/** Nobody has replied yet. */
const NONE = Symbol('no reply');
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** What is made when somebody reads it. */
interface Lazy {
  id?: string;
  sentAt?: Date;
  signal?: AbortSignal;
  headers?: ReadonlyMap<string, string>;
}

/**
 * One message on its way through a mediator. It is small on purpose: ids, headers and signal are made when they are first
 * read, and most handlers read none.
 */
export class MediatorContext implements PipelineContext, ConsumeContext {
  position = 0;
  readonly message: unknown;
  readonly #surroundings: MediatorSurroundings;
  readonly #options: SendOptions;
  readonly #parent: MediatorContext | undefined;
  #reply: unknown = NONE;
  #lazy: Lazy | undefined;

  constructor(surroundings: MediatorSurroundings, message: unknown, options: SendOptions | undefined, parent: MediatorContext | undefined) {
    this.#surroundings = surroundings;
    this.message = message;
    this.#options = options ?? NO_OPTIONS;
    this.#parent = parent;
  }

  get contract(): Contract {
    return this.#surroundings.contract;
  }
  get endpoint(): string {
    return 'mediator';
  }
  get attempt(): number {
    return 1;
  }
  get messageId(): string {
    return (this.#memo.id ??= this.#options.messageId ?? this.#surroundings.newId());
  }
  get correlationId(): string | undefined {
    return this.#options.correlationId ?? this.#parent?.correlationId;
  }
  get conversationId(): string | undefined {
    return this.#parent === undefined ? this.messageId : this.#parent.conversationId;
  }
  get causationId(): string | undefined {
    return this.#parent?.messageId;
  }
  get initiatorId(): string | undefined {
    return this.#parent?.correlationId;
  }
  get tenantId(): string | undefined {
    return this.#options.tenantId ?? this.#parent?.tenantId;
  }
  /** When it was first asked for: within the process a message takes no time. */
  get sentAt(): Date {
    return (this.#memo.sentAt ??= new Date(this.#surroundings.now()));
  }
  get headers(): ReadonlyMap<string, string> {
    return (this.#memo.headers ??= headersOf(this.#options));
  }
  get signal(): AbortSignal {
    return (this.#memo.signal ??= anyOf([this.#surroundings.stopped, this.#options.signal, this.#parent?.signal]));
  }

  get idempotencyKey(): string {
    return this.messageId;
  }
  get transaction(): never {
    throw new DeliveryError(
      'NO_TRANSACTION',
      `\`context.transaction\` was read in a mediator, which has no store. Handle "${this.contract.name}" on a bus with a \`store\`.`,
      {
        details: { contract: this.contract.name },
      },
    );
  }

  send<C extends AnyCommand>(command: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#surroundings.send(command, message, options, this);
  }

  publish<C extends AnyEvent>(event: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#surroundings.publish(event, message, options, this);
  }

  sendAll<C extends AnyCommand>(
    command: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.#surroundings.sendAll('send', command, messages, options, this);
  }

  publishAll<C extends AnyEvent>(
    event: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.#surroundings.sendAll('publish', event, messages, options, this);
  }

  request<C extends AnyRequest>(request: C, message: InputOf<C>, options: RequestOptions = NO_OPTIONS): Promise<ReplyOf<C>> {
    return this.#surroundings.request(request, message, options, this) as Promise<ReplyOf<C>>;
  }

  async reply(...given: unknown[]): Promise<Replied> {
    this.#take(given.length > 1 ? { kind: given[0], message: given[1] } : given[0]);
    return REPLIED;
  }

  /** Takes what a handler returned whose contract has a reply. @throws as `reply` */
  settleReply(returned: unknown): void {
    if (returned !== REPLIED && returned !== undefined) this.#take(returned);
  }

  /** The reply. @throws DeliveryError `REPLY_MISSING` where there is none */
  takeReply(): unknown {
    if (this.#reply !== NONE) return this.#reply;
    throw replyError('REPLY_MISSING', this, 'returned nothing, and somebody waits for its reply. Return the reply.');
  }

  get #memo(): Lazy {
    return (this.#lazy ??= {});
  }

  #take(value: unknown): void {
    if (this.#reply !== NONE) throw replyError('REPLIED_TWICE', this, 'replied twice. Return the reply, or call `context.reply` once.');
    if (isUnchecked(this.contract)) {
      this.#reply = value;
      return;
    }
    const { contract, kind, message } = pickReply(this, value);
    const output = contract.schema === undefined ? message : replyOutput(this.contract, contract, message);
    this.#reply = kind === undefined ? output : { kind, message: output };
  }
}

/** True where any value is a reply. */
function isUnchecked({ hasReply, replySchema, namedReplies }: Contract): boolean {
  return hasReply && replySchema === undefined && namedReplies === undefined;
}

function replyOutput(request: Contract, reply: Contract, value: unknown): unknown {
  try {
    return validateNow(reply, value);
  } catch (error) {
    throw new MessageError('REPLY_INVALID', `The reply to "${request.name}" does not fit its schema: see \`cause\`. Mend its handler.`, {
      cause: error,
      details: { contract: request.name },
    });
  }
}

/** @throws MessageError `HEADER_NOT_ALLOWED`; ConfigurationError `OPTION_INVALID` */
export function headersOf({ headers }: SendOptions): ReadonlyMap<string, string> {
  if (headers === undefined) return NO_HEADERS;
  const taken = new Map<string, string>();
  takeHeaders(headers, (name, value) => taken.set(name, value));
  return taken;
}

function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 1 ? (given[0] as AbortSignal) : AbortSignal.any(given);
}
