import { SLOTS } from '../messages/message-headers.ts';
import { attemptLogFields, replyLogFields } from '../messages/log-fields.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from '../transport/transport-message.ts';

/** Replies that reached nobody: counted and logged, never an error of a handler. */
export class ReplyLedger {
  /** Replies that came and that nobody waited for: late, twice, or of unknown requests. */
  dropped = 0;
  /** Replies of our handlers that did not leave: their address was refused, or is gone. */
  unsent = 0;
  readonly #transport: Pick<IMessageTransport, 'isReplyAddress'>;
  readonly #runtime: Runtime;

  constructor(transport: Pick<IMessageTransport, 'isReplyAddress'>, runtime: Runtime) {
    this.#transport = transport;
    this.#runtime = runtime;
  }

  /** Where the reply to a message goes. Nothing where nobody asked, or the address is none of the transport. */
  addressFor(context: IncomingContext): string | undefined {
    const address = context.allHeaders.at(SLOTS.replyTo);
    if (address === undefined || this.#transport.isReplyAddress(address)) return address;
    this.unsent += 1;
    this.#runtime.logger.warn(
      { event: LOG_EVENTS.replyRefused, code: 'REPLY_ADDRESS_REFUSED', endpoint: context.endpoint, ...attemptLogFields(context) },
      'a reply address is none of this transport; the request is handled without a reply',
    );
    return undefined;
  }

  /** A reply came that nobody waits for. */
  drop({ headers }: TransportMessage): void {
    this.dropped += 1;
    this.#runtime.logger.debug({ event: LOG_EVENTS.replyDropped, ...replyLogFields(headers) }, 'nobody waits for the reply; it is dropped');
  }

  /** A reply was not accepted where its request wanted it. */
  unaccepted({ headers }: TransportEntry, outcome: SendOutcome): void {
    this.unsent += 1;
    this.#runtime.logger.warn(
      {
        event: LOG_EVENTS.replyUnsent,
        ...replyLogFields(headers),
        outcome: outcome.status,
        ...(outcome.status === 'rejected' ? { code: outcome.code } : {}),
      },
      'a reply did not reach its address',
    );
  }
}
