import { MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { assertKind } from '../messages/assert-contract-kind.ts';
import { Fault } from '../messages/fault.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { SendOptions } from '../pipeline/message-sender.ts';
import { NO_OPTIONS } from '../pipeline/message-sender.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { MessageCapture } from '../pipeline/message-capture.ts';
import { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { ReplyLedger } from '../replies/reply-ledger.ts';
import type { RequestCall, RequestLink } from '../replies/request-client.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { SendCallOptions } from '../transport/message-transport.ts';
import type { SendingTransport } from '../transport/watched-transport.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';
import type { Destination, SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import { UNANSWERED } from '../transport/transport-message.ts';
import { NOBODY } from '../inbox/stored-response.ts';
import { sendError } from './send-error.ts';

/** What a {@link Sender} works with. */
export interface SenderParts {
  readonly transport: Pick<SendingTransport, 'capabilities' | 'send'>;
  /** The outgoing steps, linked. */
  readonly run: (context: OutgoingContext) => MaybePromise<void>;
  readonly routes: RouteTable;
  /** Makes sure that the topic of an event is there. */
  readonly declareTopic: (topic: string, contract: Contract, signal: AbortSignal | undefined) => MaybePromise<void>;
  /** The same for an event that is stored now and leaves later: refuses what could not be declared, and asks nobody. */
  readonly assertTopic: (topic: string, contract: Contract) => void;
  readonly ledger: ReplyLedger;
}

type Unaccepted = Exclude<SendOutcome, { readonly status: 'accepted' }>;

const NO_SIGNAL: SendCallOptions = Object.freeze({});
const HOLDS_BACK: SendCallOptions = Object.freeze({ holdsBack: true });

/**
 * The way out of one bus: the linked steps, then the transport or the capture of a unit of work. What answers with a
 * `MaybePromise` answers at once when all steps and the transport do, and may throw instead of rejecting.
 */
export class Sender {
  readonly #parts: SenderParts;
  /** Holds the entry of one send while the transport takes it; used again where it answers at once. */
  #single: TransportEntry[] | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Runs the steps and hands the message to the transport; done when it is accepted. */
  send(kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions, parent?: ConsumeContext): MaybePromise<void> {
    const prepared = this.prepare(kind, contract, message, options, parent);
    return isPromise(prepared) ? this.#sendLater(prepared, options.signal) : this.#dispatchOne(prepared, options.signal);
  }

  async #sendLater(preparing: Promise<OutgoingContext>, signal: AbortSignal | undefined): Promise<void> {
    await this.#dispatchOne(await preparing, signal);
  }

  #dispatchOne(entry: TransportEntry, signal: AbortSignal | undefined): MaybePromise<void> {
    const entries = this.#single ?? [entry];
    this.#single = undefined;
    entries[0] = entry;
    const dispatched = this.#dispatch(entries, signal === undefined ? NO_SIGNAL : { signal });
    if (!isPromise(dispatched)) this.#single = entries;
    return dispatched;
  }

  /** Runs the steps and keeps the message until the work that sends it is done. Where no step waits it is captured at the call. */
  capture(into: MessageCapture, kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions): MaybePromise<void> {
    if (options.detached === true) return this.send(kind, contract, message, options, into.cause);
    return keep(into, this.prepare(kind, contract, message, options, into.cause, into.isStored));
  }

  /**
   * Runs the steps for the reply to a message and keeps it until the handler has returned. Nothing where nobody asked; in a unit of
   * work it is made all the same, without an address: somebody may ask later.
   */
  captureReply(parent: IncomingContext, contract: Contract, message: unknown): MaybePromise<void> {
    const address = this.#parts.ledger.addressFor(parent);
    if (address === undefined && !parent.isStored) return undefined;
    const context = new OutgoingContext(contract, message, NO_OPTIONS, parent);
    context.destination = { kind: 'reply', address: address ?? NOBODY };
    context.headers.put(SLOTS.request, parent.allHeaders.at(SLOTS.request));
    const prepared = this.#run(context);
    return keep(parent, parent.isStored ? this.#fitting(prepared) : prepared);
  }

  /** Runs the steps for a request; it leaves by the reply inbox. */
  async prepareRequest({ contract, message, options, parent }: RequestCall, link: RequestLink): Promise<OutgoingContext> {
    const context = new OutgoingContext(contract, message, options, parent);
    context.headers.put(SLOTS.request, link.requestId);
    context.headers.put(SLOTS.replyTo, link.replyTo);
    return this.#run(context);
  }

  /** Runs the steps for a fault and hands it to the transport at once. Rejects unless it is accepted; a reply to nobody is. */
  async sendFault(parent: IncomingContext, fault: Fault, destination: Destination): Promise<void> {
    const context = new OutgoingContext(Fault, fault, NO_OPTIONS, parent);
    context.destination = destination;
    context.headers.put(SLOTS.request, parent.allHeaders.at(SLOTS.request));
    context.headers.put(SLOTS.faulted, fault.messageName);
    await this.dispatch([await this.#run(context)]);
  }

  /** Hands entries to the transport. Fails with the first that is not accepted; a reply to nobody is none of those. */
  dispatch(entries: readonly TransportEntry[]): MaybePromise<void> {
    return this.#dispatch(entries, HOLDS_BACK);
  }

  #dispatch(entries: readonly TransportEntry[], options: SendCallOptions): MaybePromise<void> {
    const outcomes = this.#parts.transport.send(entries, options);
    return isPromise(outcomes) ? this.#whenAccepted(entries, outcomes) : this.#assertAccepted(entries, outcomes);
  }

  /** Not `async`: that would take three times the memory of a message under way. */
  #whenAccepted(entries: readonly TransportEntry[], sending: Promise<readonly SendOutcome[]>): Promise<void> {
    return sending.then((outcomes) => this.#assertAccepted(entries, outcomes));
  }

  /** The error of an entry that was not accepted. */
  refusal(entry: TransportEntry, outcome: Unaccepted): MessageError {
    const { transport, routes } = this.#parts;
    const rule =
      entry instanceof OutgoingContext && entry.destination.kind !== 'reply' ? routes.ruleFor(entry.contract, entry.options.to) : undefined;
    return sendError({ entry, capabilities: transport.capabilities, rule, othersThan: (place) => routes.othersThan(place) }, outcome);
  }

  #assertAccepted(entries: readonly TransportEntry[], outcomes: readonly SendOutcome[]): void {
    for (let index = 0; index < entries.length; index += 1) {
      const outcome = outcomes[index] ?? UNANSWERED;
      if (outcome.status === 'accepted') continue;
      const entry = entries[index] as TransportEntry;
      if (entry.destination.kind === 'reply' && !isTooLarge(outcome)) this.#parts.ledger.unaccepted(entry, outcome);
      else throw this.refusal(entry, outcome);
    }
  }

  /** What one call to the transport may carry. */
  get batchLimit(): TransportCapabilities['batch'] {
    return this.#parts.transport.capabilities.batch;
  }

  /** Hands entries to the transport, and gives what became of each. */
  sendEntries(entries: readonly TransportEntry[], signal: AbortSignal | undefined): MaybePromise<readonly SendOutcome[]> {
    return this.#parts.transport.send(entries, signal === undefined ? HOLDS_BACK : { signal, holdsBack: true });
  }

  /** Runs the steps. @throws ConfigurationError `CONTRACT_INVALID`, `CONTRACT_KIND_MISMATCH`, and what the steps throw */
  prepare(
    kind: 'send' | 'publish',
    contract: Contract,
    message: unknown,
    options: SendOptions,
    parent?: ConsumeContext,
    isStored: boolean = false,
  ): MaybePromise<OutgoingContext> {
    assertKind(kind, contract);
    const context = new OutgoingContext(contract, message, options, parent);
    if (isStored) context.outbox = 'now';
    const running = this.#run(context);
    return isPromise(running) ? this.#declaredLater(running) : this.#declared(running);
  }

  /** What is stored must not turn out to be too large when it leaves: then whoever has sent it is not there any more. */
  #fitting(prepared: MaybePromise<OutgoingContext>): MaybePromise<OutgoingContext> {
    if (isPromise(prepared)) return prepared.then((context) => this.#fitting(context));
    const { maxMessageBytes, maxHeaderBytes } = this.#parts.transport.capabilities;
    const { body, headers } = prepared;
    if (body.byteLength > maxMessageBytes)
      throw this.refusal(prepared, { status: 'rejected', code: 'MESSAGE_TOO_LARGE', retryable: false });
    if (headers.byteLength() > maxHeaderBytes)
      throw this.refusal(prepared, { status: 'rejected', code: 'HEADERS_TOO_LARGE', retryable: false });
    return prepared;
  }

  #run(context: OutgoingContext): MaybePromise<OutgoingContext> {
    const running = this.#parts.run(context);
    return isPromise(running) ? completeLater(running, context) : complete(context);
  }

  async #declaredLater(running: Promise<OutgoingContext>): Promise<OutgoingContext> {
    return this.#declared(await running);
  }

  #declared(context: OutgoingContext): MaybePromise<OutgoingContext> {
    const { contract, destination, options } = context;
    if (context.outbox !== 'none') {
      if (destination.kind === 'topic') this.#parts.assertTopic(destination.name, contract);
      return this.#fitting(context);
    }
    if (destination.kind !== 'topic') return context;
    const declaring = this.#parts.declareTopic(destination.name, contract, options.signal);
    return isPromise(declaring) ? after(declaring, context) : context;
  }
}

// What waits stands in functions of its own: a closure in the others would cost each message that waits for nothing.

async function completeLater(running: Promise<void>, context: OutgoingContext): Promise<OutgoingContext> {
  await running;
  return complete(context);
}

async function after(declaring: Promise<void>, context: OutgoingContext): Promise<OutgoingContext> {
  await declaring;
  return context;
}

function keep(into: MessageCapture, prepared: MaybePromise<OutgoingContext>): MaybePromise<void> {
  if (isPromise(prepared)) return prepared.then((context) => into.capture(context));
  into.capture(prepared);
  return undefined;
}

/** @throws MessageError `SEND_STOPPED` unless all steps have run */
function complete(context: OutgoingContext): OutgoingContext {
  if (context.serialized) {
    context.headers.seal();
    return context;
  }
  const { name } = context.contract;
  throw new MessageError(
    'SEND_STOPPED',
    `"${name}" was not sent: a send middleware did not call \`next\`. Call it, or throw an error that says why not.`,
    { details: { contract: name } },
  );
}

/** A reply that is too large is a mistake of its handler, whoever waits for it. */
const isTooLarge = (outcome: Unaccepted): boolean =>
  outcome.status === 'rejected' && (outcome.code === 'MESSAGE_TOO_LARGE' || outcome.code === 'HEADERS_TOO_LARGE');
