import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { SendOptions } from '../pipeline/message-sender.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { ReplyLedger } from '../replies/reply-ledger.ts';
import type { RequestCall, RequestLink } from '../replies/request-client.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';

/** What a {@link Sender} works with. */
export interface SenderParts {
  readonly transport: IMessageTransport;
  /** The outgoing steps, linked. */
  readonly run: (context: OutgoingContext) => MaybePromise<void>;
  readonly declareTopic: (topic: string, contract: Contract) => MaybePromise<void>;
  readonly ledger: ReplyLedger;
}

/** The way out of one bus: the linked steps, then the transport or the capture of a unit of work. */
export class Sender {
  readonly #run: (context: OutgoingContext) => MaybePromise<void>;
  readonly #transport: IMessageTransport;
  readonly #declareTopic: (topic: string, contract: Contract) => MaybePromise<void>;
  readonly #ledger: ReplyLedger;

  constructor(parts: SenderParts) {
    this.#transport = parts.transport;
    this.#run = parts.run;
    this.#declareTopic = parts.declareTopic;
    this.#ledger = parts.ledger;
  }

  /** Runs the steps and hands the message to the transport; resolves when it is accepted. */
  async send(kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions): Promise<void> {
    const context = await this.#prepare(kind, contract, message, options);
    await this.dispatch([context], options.signal);
  }

  /** Runs the steps and keeps the message until the handlers have returned. */
  async capture(
    parent: IncomingContext,
    kind: 'send' | 'publish',
    contract: Contract,
    message: unknown,
    options: SendOptions,
  ): Promise<void> {
    const context = await this.#prepare(kind, contract, message, options, parent);
    parent.captured.push(context);
  }

  /** Runs the steps for the reply to a message and keeps it until the handler has returned. Nothing where nobody asked. */
  async captureReply(parent: IncomingContext, contract: Contract, message: unknown): Promise<void> {
    const address = this.#ledger.addressFor(parent);
    if (address === undefined) return;
    const context = new OutgoingContext(contract, message, {}, parent);
    context.destination = { kind: 'reply', address };
    context.headers.put(SLOTS.request, parent.allHeaders.at(SLOTS.request));
    const running = this.#run(context);
    if (isPromise(running)) await running;
    parent.captured.push(context);
  }

  /** Runs the steps for a request; it leaves by the reply inbox. */
  async prepareRequest({ contract, message, options, parent }: RequestCall, link: RequestLink): Promise<OutgoingContext> {
    const context = new OutgoingContext(contract, message, options, parent);
    context.headers.put(SLOTS.request, link.requestId);
    context.headers.put(SLOTS.replyTo, link.replyTo);
    const running = this.#run(context);
    if (isPromise(running)) await running;
    return context;
  }

  /** Hands entries to the transport. Rejects with the first that is not accepted; a reply to nobody is none of those. */
  async dispatch(entries: readonly TransportEntry[], signal?: AbortSignal): Promise<void> {
    const outcomes = await this.#transport.send(entries, signal === undefined ? {} : { signal });
    for (let index = 0; index < entries.length; index += 1) {
      const outcome = outcomes[index];
      if (outcome?.status === 'accepted') continue;
      const entry = entries[index] as TransportEntry;
      if (entry.destination.kind === 'reply' && !isTooLarge(outcome)) this.#ledger.unaccepted(entry, outcome ?? { status: 'unknown' });
      else throw sendError(entry, outcome ?? { status: 'unknown' });
    }
  }

  async #prepare(
    kind: 'send' | 'publish',
    contract: Contract,
    message: unknown,
    options: SendOptions,
    parent?: IncomingContext,
  ): Promise<OutgoingContext> {
    assertKind(kind, contract);
    const context = new OutgoingContext(contract, message, options, parent);
    const running = this.#run(context);
    if (isPromise(running)) await running;
    if (contract.kind === 'event') await this.#declareTopic((context.destination as { readonly name: string }).name, contract);
    return context;
  }
}

/** A reply that is too large is a mistake of its handler, whoever waits for it. */
const isTooLarge = (outcome: SendOutcome | undefined): boolean =>
  outcome?.status === 'rejected' && (outcome.code === 'MESSAGE_TOO_LARGE' || outcome.code === 'HEADERS_TOO_LARGE');

/** @throws ConfigurationError `CONTRACT_KIND_MISMATCH` unless the contract is a query, or a command with a reply */
export function assertRequest(contract: Contract): void {
  if ((contract?.kind === 'command' || contract?.kind === 'query') && contract.hasReply) return;
  throw kindMismatch('request', 'queries, and commands with a reply', contract);
}

function assertKind(kind: 'send' | 'publish', contract: Contract): void {
  const fits = kind === 'send' ? contract?.kind === 'command' : contract?.kind === 'event';
  if (!fits) throw kindMismatch(kind, kind === 'send' ? 'commands' : 'events', contract);
}

function kindMismatch(verb: string, takes: string, contract: Contract): ConfigurationError {
  const given = contract?.name === undefined ? 'what was given is no contract' : `"${contract.name}" is ${describe(contract)}`;
  return new ConfigurationError('CONTRACT_KIND_MISMATCH', `\`${verb}\` takes ${takes}; ${given}. Use the verb that fits.`, {
    details: { verb, contract: contract?.name },
  });
}

const describe = ({ kind, hasReply }: Contract): string =>
  kind === 'command' ? `a command ${hasReply ? 'with' : 'without'} a reply` : kind === 'event' ? 'an event' : `a ${kind}`;

/** The error of an entry that was not accepted. */
export function sendError(entry: TransportEntry, outcome: Exclude<SendOutcome, { readonly status: 'accepted' }>): MessageError {
  const place = entry.destination.kind === 'reply' ? 'the reply address' : `the ${entry.destination.kind} "${entry.destination.name}"`;
  const details = { destination: place, messageId: entry.headers.get('waybill-id'), message: entry.headers.get('waybill-name') };
  if (outcome.status === 'unknown') {
    return new MessageError(
      'SEND_OUTCOME_UNKNOWN',
      `No answer came for "${details.message}" to ${place}; it may or may not be stored. Send it again with the same message id.`,
      {
        cause: outcome.cause,
        details: { ...details, outcome: 'unknown' },
      },
    );
  }
  return new MessageError(outcome.code, `"${details.message}" was not accepted by ${place}: ${outcome.code}. ${WAY_OUT[outcome.code]}`, {
    cause: outcome.cause,
    details: { ...details, outcome: 'rejected', retryable: outcome.retryable },
  });
}

const WAY_OUT: Readonly<Record<Extract<SendOutcome, { status: 'rejected' }>['code'], string>> = {
  UNROUTABLE: 'There is no such place: start the service that owns it once, or mend the route.',
  MESSAGE_TOO_LARGE: 'Send less, or raise the limit where the broker lets you.',
  HEADERS_TOO_LARGE: 'Send less in headers.',
  HEADER_NOT_ALLOWED: 'Choose another header name.',
  LANE_BLOCKED: 'Send it again after the message before it.',
  SEND_REJECTED: 'See `cause`.',
};
