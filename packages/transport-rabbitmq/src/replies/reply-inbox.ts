import type { IReplyInbox, MaybePromise, Runtime, SendOutcome, TransportEntry, TransportMessage } from '@waybill/core/transport';
import { closeChannel } from '../connection/open-channel.ts';
import { inTime } from '../connection/in-time.ts';
import type { AmqpChannel, AmqpConnection, AmqpReturn } from '../rabbitmq-client.ts';
import { DIRECT_REPLY_TO } from '../native-headers.ts';
import { notConnected } from '../rabbitmq-errors.ts';
import { fromAmqp } from '../receive/from-amqp.ts';
import type { PublishChannel, PublishEnd } from '../send/publish-channel.ts';
import { PublishLine } from '../send/publish-line.ts';
import type { PublishLineParts } from '../send/publish-line.ts';
import type { RabbitmqSender } from '../send/rabbitmq-sender.ts';

const ADDRESS = /^amq\.rabbitmq\.reply-to\.[A-Za-z0-9+/=._@-]{1,220}$/;

/** Pure. */
export const isReplyAddress = (address: string): boolean => address.length <= 255 && ADDRESS.test(address) && !address.endsWith('\n');

/** What a {@link RabbitmqReplyInbox} works with. */
export interface InboxParts extends Omit<PublishLineParts, 'prepare'> {
  readonly onReply: (message: TransportMessage) => void;
  /** A sender for the channel of the inbox. */
  readonly senderOf: (line: PublishLine) => RabbitmqSender;
  readonly onClosed: (inbox: RabbitmqReplyInbox) => void;
}

/** Replies by direct reply-to: they come to the channel that the requests left by, unsettled, for as long as it lives. */
export class RabbitmqReplyInbox implements IReplyInbox {
  readonly #parts: InboxParts;
  readonly #runtime: Runtime;
  readonly #line: PublishLine;
  readonly #sender: RabbitmqSender;
  #address = '';
  #isClosed = false;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#runtime = parts.runtime;
    this.#line = new PublishLine({ ...parts, prepare: (channel, line) => this.#prepare(channel, line) });
    this.#sender = parts.senderOf(this.#line);
  }

  /** Another one after each lost connection: then replies to what was requested before do not come. */
  get address(): string {
    return this.#address;
  }

  /** Opens it on a connection, the first or a new one. */
  attach(connection: AmqpConnection): Promise<void> {
    return this.#line.attach(connection);
  }

  send(entries: readonly TransportEntry[], options: { readonly signal?: AbortSignal }): MaybePromise<readonly SendOutcome[]> {
    return this.#sender.send(entries, options);
  }

  unblocked(): void {
    this.#line.unblocked();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.onClosed(this);
    const { channel } = this.#line;
    this.#line.close();
    if (channel !== undefined) await closeChannel(channel, this.#runtime);
  }

  async #prepare(channel: AmqpChannel, line: PublishChannel): Promise<void> {
    const consuming = channel.consume(
      DIRECT_REPLY_TO,
      (message) => {
        if (message !== null && !this.#isClosed) this.#parts.onReply(fromAmqp(message));
      },
      { noAck: true },
    );
    await inTime(this.#runtime, 'a consumer of replies', consuming);
    this.#address = await inTime(this.#runtime, 'a question for the reply address', this.#askAddress(channel, line));
  }

  /** The broker tells nobody the address, but writes it into each message: one that goes nowhere comes back with it. */
  async #askAddress(channel: AmqpChannel, line: PublishChannel): Promise<string> {
    const routingKey = `waybill.nowhere.${this.#runtime.id()}`;
    let address: string | undefined;
    channel.on('return', ({ fields, properties }: AmqpReturn) => {
      if (fields.routingKey === routingKey) address = properties.replyTo;
    });
    const end = await new Promise<PublishEnd>((ended) => {
      line.publish({
        exchange: '',
        routingKey,
        content: Buffer.alloc(0),
        properties: { replyTo: DIRECT_REPLY_TO, messageId: routingKey },
        mandatory: true,
        signal: undefined,
        ended,
      });
    });
    if (end.is === 'returned' && address !== undefined && isReplyAddress(address)) return address;
    throw notConnected('the broker did not give an address for replies', 'cause' in end ? end.cause : undefined);
  }
}
