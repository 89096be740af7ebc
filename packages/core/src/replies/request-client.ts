import { toMilliseconds } from '../runtime/duration.ts';
import { HEADERS } from '../messages/headers.ts';
import type { Contract } from '../messages/contract.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import { assertSendOptions } from '../pipeline/assert-send-options.ts';
import type { RequestOptions } from '../pipeline/message-sender.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { IReplyInbox } from '../transport/reply-inbox.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from '../transport/transport-message.ts';
import { UNANSWERED } from '../transport/transport-message.ts';
import { aborted, PendingRequest } from './pending-request.ts';
import type { ReplyLedger } from './reply-ledger.ts';

const DEFAULT_TIMEOUT = '30s';

/** What ties a request to its reply. */
export interface RequestLink {
  readonly requestId: string;
  /** Where the reply goes. */
  readonly replyTo: string;
}

/** One request to be made. */
export interface RequestCall {
  readonly contract: Contract;
  readonly message: unknown;
  readonly options: RequestOptions;
  /** The message being handled, when it is asked from a handler. */
  readonly parent: ConsumeContext | undefined;
}

/** What a {@link RequestClient} works with. */
export interface RequestClientParts {
  readonly transport: Pick<IMessageTransport, 'replies'>;
  readonly runtime: Runtime;
  readonly ledger: ReplyLedger;
  /** Runs the outgoing steps. */
  readonly prepare: (call: RequestCall, link: RequestLink) => Promise<TransportEntry>;
  /** Reads a reply; rejects with what is wrong with it. */
  readonly read: (request: Contract, reply: TransportMessage) => Promise<unknown>;
  /** The error of an entry that was not accepted. */
  readonly refused: (entry: TransportEntry, outcome: Exclude<SendOutcome, { readonly status: 'accepted' }>) => Error;
}

/**
 * Requests of one bus, from its start to its stop. One reply inbox, opened at the first request; requests leave by it,
 * because some brokers tie replies to the channel of their request.
 */
export class RequestClient {
  readonly #parts: RequestClientParts;
  readonly #pending = new Map<string, PendingRequest>();
  #inbox: Promise<IReplyInbox> | undefined;
  #opened: IReplyInbox | undefined;
  #closedBy: Error | undefined;

  constructor(parts: RequestClientParts) {
    this.#parts = parts;
  }

  /** Requests that wait for their reply. */
  get open(): number {
    return this.#pending.size;
  }

  /** Sends at once and waits for the reply. */
  async request(call: RequestCall): Promise<unknown> {
    const { runtime } = this.#parts;
    const { contract, options, parent } = call;
    if (this.#closedBy !== undefined) throw this.#closedBy;
    assertSendOptions(contract, options, true);
    const timeoutMs = toMilliseconds(options.timeout ?? DEFAULT_TIMEOUT, 'timeout');
    const signals = [options.signal, parent?.signal].filter((signal) => signal !== undefined);
    if (signals.some((signal) => signal.aborted)) throw aborted(contract, signals);
    const requestId = runtime.id();
    const pending = new PendingRequest(contract, { timeoutMs, signals }, runtime, () => this.#pending.delete(requestId));
    this.#pending.set(requestId, pending);
    this.#send(call, requestId, pending).catch((error: unknown) => pending.fail(error));
    return pending.reply;
  }

  /** Ends what waits with `reason`, and gives the inbox back. Every later request ends with it too. */
  async close(reason: Error): Promise<void> {
    this.#closedBy = reason;
    for (const pending of this.#pending.values()) pending.fail(reason);
    if (this.#opened !== undefined) await this.#opened.close();
    else this.#inbox?.then((late) => late.close()).catch(() => undefined); // it may never open
  }

  async #send(call: RequestCall, requestId: string, pending: PendingRequest): Promise<void> {
    const inbox = await this.#openInbox();
    if (pending.ended) return;
    const entry = await this.#parts.prepare(call, { requestId, replyTo: inbox.address });
    if (pending.ended) return;
    const { signal } = call.options;
    pending.sent = 'unknown';
    const [outcome = UNANSWERED] = await inbox.send([entry], signal === undefined ? {} : { signal });
    if (outcome.status === 'accepted') pending.sent = 'accepted';
    // What may have left may be answered: only a refusal ends the waiting.
    if (outcome.status === 'rejected') pending.fail(this.#parts.refused(entry, outcome));
  }

  /** The inbox, opened once; after a failure the next request tries again. */
  #openInbox(): Promise<IReplyInbox> {
    this.#inbox ??= this.#parts.transport
      .replies((reply) => this.#onReply(reply))
      .then(
        (inbox) => (this.#opened = inbox),
        (error: unknown) => {
          this.#inbox = undefined;
          throw error;
        },
      );
    return this.#inbox;
  }

  #onReply(reply: TransportMessage): void {
    const requestId = reply.headers.get(HEADERS.request);
    const pending = requestId === undefined ? undefined : this.#pending.get(requestId);
    if (pending === undefined) this.#parts.ledger.drop(reply);
    else pending.answer(this.#parts.read(pending.contract, reply));
  }
}
