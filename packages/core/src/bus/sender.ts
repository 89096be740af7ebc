import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import type { SendOptions } from '../pipeline/message-sender.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';

/** The way out of one bus: the linked steps, then the transport or the capture of a unit of work. */
export class Sender {
  readonly #run: (context: OutgoingContext) => MaybePromise<void>;
  readonly #transport: IMessageTransport;
  readonly #declareTopic: (topic: string, contract: Contract) => MaybePromise<void>;

  constructor(
    transport: IMessageTransport,
    run: (context: OutgoingContext) => MaybePromise<void>,
    declareTopic: (topic: string, contract: Contract) => MaybePromise<void>,
  ) {
    this.#transport = transport;
    this.#run = run;
    this.#declareTopic = declareTopic;
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

  /** Hands entries to the transport. Rejects with the first that is not accepted. */
  async dispatch(entries: readonly TransportEntry[], signal?: AbortSignal): Promise<void> {
    const outcomes = await this.#transport.send(entries, signal === undefined ? {} : { signal });
    for (let index = 0; index < entries.length; index += 1) {
      const outcome = outcomes[index];
      if (outcome?.status !== 'accepted') throw sendError(entries[index] as TransportEntry, outcome ?? { status: 'unknown' });
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

function assertKind(kind: 'send' | 'publish', contract: Contract): void {
  const fits = kind === 'send' ? contract?.kind === 'command' : contract?.kind === 'event';
  if (fits) return;
  throw new ConfigurationError(
    'CONTRACT_KIND_MISMATCH',
    `\`${kind}\` takes ${kind === 'send' ? 'commands' : 'events'}; ${contract?.name === undefined ? 'what was given is no contract' : `"${contract.name}" is a ${contract.kind}`}. Use the verb that fits.`,
    { details: { verb: kind, contract: contract?.name } },
  );
}

function sendError(entry: TransportEntry, outcome: Exclude<SendOutcome, { readonly status: 'accepted' }>): MessageError {
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
