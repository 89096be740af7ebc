import type { Runtime, SettleResult } from '@waybill/core/transport';
import type { AmqpChannel, AmqpMessage } from '../rabbitmq-client.ts';
import { closeChannel } from '../connection/open-channel.ts';
import { describe } from '../rabbitmq-errors.ts';
import { Settlements } from './settlements.ts';

/** A delivery that can lose its channel. */
export interface Losable {
  lose(reason: string): void;
}

/** How a {@link ReceiveChannel} is used. */
export interface ReceiveChannelOptions {
  /** What is released does not go back by itself, but with all that is unsettled, in its order, when the channel closes. */
  readonly keepsReleases: boolean;
  readonly onEnd: () => void;
}

/**
 * One channel that deliveries come by. What came by it is settled by it or not at all: a tag means something else on every
 * other channel. Settlements leave together, once in each turn of the event loop.
 */
export class ReceiveChannel {
  readonly channel: AmqpChannel;
  readonly #runtime: Runtime;
  readonly #settlements = new Settlements();
  readonly #held = new Map<number, Losable>();
  readonly #options: ReceiveChannelOptions;
  #lastTag = 0;
  #isFlushDue = false;
  #hasKept = false;
  #isOpen = true;

  constructor(channel: AmqpChannel, runtime: Runtime, options: ReceiveChannelOptions) {
    this.channel = channel;
    this.#runtime = runtime;
    this.#options = options;
    let reason = 'the channel was closed';
    channel.on('error', (error) => (reason = describe(error)));
    channel.on('close', () => this.end(reason));
    channel.on('handler-error', (error) => void this.giveUp(describe(error))); // what came for a consumer that nobody knows would be held for ever
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A message has come by this channel: true, and it is unsettled until one of the verbs. With a tag that is not the next one nobody knows what an ack would cover. */
  arrived({ fields: { deliveryTag } }: AmqpMessage): boolean {
    if (!this.#isOpen) return false;
    if (deliveryTag !== this.#lastTag + 1) {
      void this.giveUp(`the broker delivered with the tag ${deliveryTag} after ${this.#lastTag}`);
      return false;
    }
    this.#lastTag = deliveryTag;
    this.#settlements.add(deliveryTag);
    return true;
  }

  /** Somebody holds the delivery, and is to be told when it is lost. */
  hold(tag: number, delivery: Losable): void {
    this.#held.set(tag, delivery);
  }

  ack(tag: number): SettleResult {
    if (!this.#isOpen) return 'lost';
    this.#held.delete(tag);
    this.#settlements.ack(tag);
    this.#flushSoon();
    return 'settled';
  }

  release(tag: number): SettleResult {
    if (!this.#isOpen) return 'lost';
    this.#held.delete(tag);
    if (this.#options.keepsReleases) {
      this.#hasKept = true;
      return 'settled';
    }
    this.#settlements.release(tag);
    this.#flushSoon();
    return 'settled';
  }

  /** Something was released that goes back when the channel closes: what came behind it must not be handled before. */
  get hasKept(): boolean {
    return this.#hasKept;
  }

  /** Writes what waits. */
  flush(): void {
    this.#isFlushDue = false;
    if (!this.#isOpen || this.#settlements.waiting === 0) return;
    const { releases, ackUpTo, acks } = this.#settlements.take();
    try {
      for (const tag of releases) this.channel.nack(settled(tag), false, true);
      if (ackUpTo !== undefined) this.channel.ack(settled(ackUpTo), true);
      for (const tag of acks) this.channel.ack(settled(tag), false);
    } catch (error) {
      this.end(describe(error)); // the client throws when the channel is closing: the broker delivers again what it did not hear of
    }
  }

  /** The channel is gone, or nobody uses it any more: what is unsettled is lost. */
  end(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const held = Array.from(this.#held.values());
    this.#held.clear();
    for (const delivery of held) delivery.lose(reason);
    this.#options.onEnd();
  }

  /** Ends it and closes it: the broker delivers again what is unsettled. Never rejects. */
  async giveUp(reason: string): Promise<void> {
    if (!this.#isOpen) return;
    this.end(reason);
    await closeChannel(this.channel, this.#runtime);
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    void this.#flushNextTurn();
  }

  async #flushNextTurn(): Promise<void> {
    await this.#runtime.yield();
    this.flush();
  }
}

const settled = (deliveryTag: number): { readonly fields: { readonly deliveryTag: number } } => ({ fields: { deliveryTag } });
