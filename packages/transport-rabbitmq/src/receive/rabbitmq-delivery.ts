import type {
  DeadLetterOptions,
  ITransportDelivery,
  MaybePromise,
  RedeliverOptions,
  SettleResult,
  TransportMessage,
} from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import type { AmqpMessage } from '../rabbitmq-client.ts';
import { attemptOf, fromAmqp } from './from-amqp.ts';
import type { Losable, ReceiveChannel } from './receive-channel.ts';

/** Carries copies to where they wait or rest. Rejects when the broker has not taken the copy. */
export interface CopySender {
  redeliver(original: OriginalMessage, options: RedeliverOptions): Promise<void>;
  deadLetter(original: OriginalMessage, options: DeadLetterOptions): Promise<void>;
}

/** A message as it came, whatever was done to what was handed over. */
export interface OriginalMessage extends TransportMessage {
  readonly routingKey: string;
  readonly priority: number | undefined;
}

/** One arrival of a message on one channel. */
export class RabbitmqDelivery implements ITransportDelivery, Losable {
  readonly message: TransportMessage;
  readonly nativeId: string;
  readonly attempt: number;
  readonly lane: string | undefined;
  readonly #original: OriginalMessage;
  readonly #tag: number;
  readonly #channel: ReceiveChannel;
  readonly #copies: CopySender;
  readonly #settled: () => void;
  /** Made when it is asked for, or aborts: most are not. */
  #lost: AbortController | undefined;

  constructor(arrived: AmqpMessage, parts: DeliveryParts) {
    const { headers } = fromAmqp(arrived);
    const { content, fields, properties } = arrived;
    this.message = parts.isShared ? { headers, body: content } : { headers: MessageHeaders.copyOf(headers), body: Buffer.from(content) };
    this.#original = { headers, body: content, routingKey: fields.routingKey, priority: properties.priority };
    this.nativeId = properties.messageId ?? parts.idOfForeign();
    this.attempt = attemptOf(arrived);
    this.lane = parts.laneOf(fields.routingKey);
    this.#tag = fields.deliveryTag;
    this.#channel = parts.channel;
    this.#copies = parts.copies;
    this.#settled = parts.settled;
  }

  get lost(): AbortSignal {
    return (this.#lost ??= new AbortController()).signal;
  }

  get isLost(): boolean {
    return this.#lost !== undefined && this.#lost.signal.aborted;
  }

  /** The right to settle is gone: the channel that it came by has ended. */
  lose(reason: string): void {
    (this.#lost ??= new AbortController()).abort(new Error(reason));
  }

  ack(): SettleResult {
    return this.#done(this.#channel.ack(this.#tag));
  }

  release(): SettleResult {
    return this.#done(this.#channel.release(this.#tag));
  }

  redeliver(options: RedeliverOptions): MaybePromise<SettleResult> {
    return this.#ackAfter(this.#copies.redeliver(this.#original, options));
  }

  deadLetter(options: DeadLetterOptions): MaybePromise<SettleResult> {
    return this.#ackAfter(this.#copies.deadLetter(this.#original, options));
  }

  /** The original goes only after its copy was accepted. Lost meanwhile, it comes again: then there are two, with one id. */
  async #ackAfter(copied: Promise<void>): Promise<SettleResult> {
    await copied;
    return this.ack();
  }

  #done(result: SettleResult): SettleResult {
    if (result === 'settled') this.#settled();
    return result;
  }
}

/** What a {@link RabbitmqDelivery} works with. */
export interface DeliveryParts {
  readonly channel: ReceiveChannel;
  readonly copies: CopySender;
  /** Nobody writes to what is handed over: it may be what is copied from later. */
  readonly isShared: boolean;
  /** The lane of what came with this routing key, where the endpoint has lanes. */
  readonly laneOf: (routingKey: string) => string | undefined;
  /** An id for a message that came without one. */
  readonly idOfForeign: () => string;
  /** Told when its credit is free. */
  readonly settled: () => void;
}
