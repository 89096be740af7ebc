import type { IReceiver, ITransportDelivery, ReceiverState, Runtime, Timer } from '@waybill/core/transport';
import { LOG_EVENTS, isBusError } from '@waybill/core/transport';
import { backoffMs } from '../connection/backoff.ts';
import { AGREED_ANSWER_MS, inTime } from '../connection/in-time.ts';
import { closeChannel, openChannel } from '../connection/open-channel.ts';
import type { AmqpConnection, AmqpMessage } from '../rabbitmq-client.ts';
import { REPLY, replyCodeOf } from '../rabbitmq-errors.ts';
import { consumeError } from './consume-error.ts';
import type { CopySender, DeliveryParts } from './rabbitmq-delivery.ts';
import { RabbitmqDelivery } from './rabbitmq-delivery.ts';
import { ReceiveChannel } from './receive-channel.ts';

/** How long `start` waits for the connection, in milliseconds. */
const CONNECT_PATIENCE_MS = 10_000;

/** How long `stop` waits for the broker, in milliseconds: from the call on nothing is handed over, whatever the broker does. */
const STOP_MS = 2_000;

/** What a {@link RabbitmqReceiver} works with. */
export interface ReceiverParts {
  readonly runtime: Runtime;
  readonly endpoint: string;
  /** The queues that it reads. */
  readonly queues: readonly string[];
  readonly laneOf: (routingKey: string) => string | undefined;
  readonly copies: CopySender;
  /** Nobody writes to what is handed over. */
  readonly isShared: boolean;
  /** The connection for receiving, made where there is none yet. */
  readonly connect: (limitMs: number) => Promise<AmqpConnection>;
  /** Declares again what was declared before. Never rejects. */
  readonly restore: () => Promise<void>;
  /** Told why it cannot be received though there is a connection, and `undefined` when it is again. */
  readonly onFault: (reason: string | undefined) => void;
}

/** What is consumed at this moment, and by which channel. */
interface Consuming {
  readonly channel: ReceiveChannel;
  readonly prefetch: number;
  /** Consumer tags by queue; a queue whose consumer the broker has ended is not in it. */
  readonly tags: Map<string, string>;
}

/**
 * stopped ─start→ receiving ⇄ paused ; either ─stop→ stopped. What the broker has is brought in line with it, one step after
 * another; after a lost connection, channel or consumer, again and again until it succeeds.
 *
 * A lane has one active consumer at the broker. If that ended while messages of the lane are unsettled here, another process would go on
 * with those behind them. So where there are lanes no consumer is cancelled and nothing is given back by itself: when nothing more
 * is to be taken, and all that was handed over is settled, the channel closes, and all that is left goes back in its order. Another
 * prefetch changes what is handed over at once, and what the broker sends for each lane queue when its consumer is made anew.
 */
export class RabbitmqReceiver implements IReceiver {
  readonly #parts: ReceiverParts;
  readonly #onDelivery: (delivery: ITransportDelivery) => void;
  #state: ReceiverState = 'stopped';
  #prefetch: number;
  #handedOver = 0;
  /** What has come and may not be handed over yet, for the credit was lowered or is shared by several queues. */
  #early: { readonly channel: ReceiveChannel; readonly message: AmqpMessage }[] = [];
  #channel: ReceiveChannel | undefined;
  #consuming: Consuming | undefined;
  #steps: Promise<void> = Promise.resolve();
  /** Resolved when the last channel is closed. The client writes the end of a connection at once, and what is for a channel later. */
  #closing: Promise<void> = Promise.resolve();
  #retry: Timer | undefined;
  #failures = 0;
  #isAbandoned = false;
  /** The broker has ended a consumer by itself, mostly because its queue was deleted, or knows of no such queue. */
  #isQueueGone = false;
  #isRefusalTold = false;
  #deliveryParts: DeliveryParts | undefined;

  constructor(parts: ReceiverParts, prefetch: number, onDelivery: (delivery: ITransportDelivery) => void) {
    this.#parts = parts;
    this.#prefetch = prefetch;
    this.#onDelivery = onDelivery;
  }

  get state(): ReceiverState {
    return this.#state;
  }

  async start(): Promise<void> {
    if (this.#state !== 'stopped') return this.#steps;
    this.#state = 'receiving';
    try {
      await this.#adjust();
    } catch (error) {
      this.#state = 'stopped';
      this.#retry?.cancel();
      throw consumeError(error, this.#parts.endpoint);
    }
  }

  async pause(): Promise<void> {
    if (this.#state !== 'receiving') return;
    this.#state = 'paused';
    this.#releaseEarly();
    await this.#adjust();
  }

  async resume(): Promise<void> {
    if (this.#state !== 'paused') return;
    this.#state = 'receiving';
    await this.#adjust().catch(() => this.#tryLater());
  }

  setPrefetch(prefetch: number): void {
    this.#prefetch = prefetch;
    this.#handOverEarly();
    this.#adjust().catch(() => this.#tryLater());
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#releaseEarly();
    const stopped = this.#adjust();
    await inTime(this.#parts.runtime, `the end of the receiver of "${this.#parts.endpoint}"`, stopped, STOP_MS).catch(() => undefined);
  }

  get #hasLanes(): boolean {
    return this.#parts.queues.length > 1;
  }

  /** The lanes are to be left, as soon as nothing that was handed over is unsettled. */
  get #leavesLanes(): boolean {
    return this.#hasLanes && this.#channel !== undefined && (this.#state !== 'receiving' || this.#channel.hasKept);
  }

  /** Writes what was settled, and ends. */
  async #close(channel: ReceiveChannel, reason: string): Promise<void> {
    channel.flush();
    this.#forget();
    channel.end(reason); // before the broker hears of it: what is settled from now on is lost
    this.#closing = closeChannel(channel.channel, this.#parts.runtime);
    await this.#closing;
  }

  /** The transport closes: what was settled is written, what is unsettled is lost. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#state = 'stopped';
    this.#retry?.cancel();
    if (this.#channel === undefined) await this.#closing;
    else await this.#close(this.#channel, 'the transport was closed');
  }

  /** The connection is there again. */
  reconnected(): void {
    this.#tryLater(0);
  }

  /** One step after another, each from what is to what is wanted by then. */
  #adjust(): Promise<void> {
    this.#steps = this.#steps.catch(() => undefined).then(() => this.#step());
    return this.#steps;
  }

  async #step(): Promise<void> {
    const wanted = this.#state === 'receiving' ? this.#prefetch : 0;
    if (this.#leavesLanes) {
      if (this.#handedOver > 0) return; // the last that is settled comes back here
      await this.#close(this.#channel as ReceiveChannel, 'its lanes were left');
    }
    const consuming = this.#consuming;
    if (consuming !== undefined && consuming.prefetch !== wanted && !this.#hasLanes) await this.#cancelAll(consuming);
    if (wanted === 0) return;
    await this.#consumeAll(wanted);
    this.#handOverEarly();
  }

  async #cancelAll({ channel, tags }: Consuming): Promise<void> {
    this.#consuming = undefined;
    const cancelling = Array.from(tags.values(), (tag) =>
      this.#ask(`the end of a consumer of "${this.#parts.endpoint}"`, channel.channel.cancel(tag)),
    );
    channel.flush(); // after the end of the consumer: what is given back before comes here again at once
    for (const done of await Promise.allSettled(cancelling)) {
      if (done.status === 'rejected') await channel.giveUp('a consumer could not be ended'); // it ends with its channel
    }
  }

  async #consumeAll(prefetch: number): Promise<void> {
    const channel = await this.#openChannel();
    const consuming: Consuming = this.#consuming ?? { channel, prefetch, tags: new Map() };
    try {
      if (this.#consuming === undefined) await this.#ask('a prefetch', channel.channel.prefetch(prefetch));
      this.#consuming = consuming;
      for (const queue of this.#parts.queues) if (!consuming.tags.has(queue)) await this.#consume(consuming, queue);
    } catch (error) {
      await channel.giveUp('the broker did not answer'); // what is asked next on it would wait behind that
      throw error;
    }
    this.#failures = 0;
    this.#isRefusalTold = false;
    this.#parts.onFault(undefined);
  }

  async #consume({ channel, tags }: Consuming, queue: string): Promise<void> {
    const consumerTag = `waybill-${this.#parts.runtime.id()}`;
    tags.set(queue, consumerTag);
    const onMessage = (message: AmqpMessage | null): void => {
      if (message === null) this.#cancelled(channel, tags, queue, consumerTag);
      else this.#arrived(channel, message);
    };
    try {
      await this.#ask(`a consumer of "${queue}"`, channel.channel.consume(queue, onMessage, { consumerTag }));
    } catch (error) {
      tags.delete(queue);
      throw error;
    }
  }

  #ask<T>(what: string, asking: Promise<T>): Promise<T> {
    return inTime(this.#parts.runtime, what, asking, AGREED_ANSWER_MS);
  }

  async #openChannel(): Promise<ReceiveChannel> {
    if (this.#channel?.isOpen === true) return this.#channel;
    const { connect, runtime } = this.#parts;
    const raw = await openChannel(await connect(CONNECT_PATIENCE_MS), runtime);
    const channel = new ReceiveChannel(raw, runtime, { keepsReleases: this.#hasLanes, onEnd: () => this.#ended(channel) });
    this.#channel = channel;
    this.#deliveryParts = {
      channel,
      copies: this.#parts.copies,
      isShared: this.#parts.isShared,
      laneOf: this.#parts.laneOf,
      idOfForeign: () => `rabbitmq-${runtime.id()}`,
      settled: () => this.#settled(channel),
    };
    return channel;
  }

  #ended(channel: ReceiveChannel): void {
    if (this.#channel !== channel) return;
    this.#forget();
    this.#tryLater();
  }

  #forget(): void {
    this.#channel = undefined;
    this.#consuming = undefined;
    this.#early = [];
    this.#handedOver = 0;
  }

  /** The broker has ended a consumer: its queue was deleted, or its node went away. */
  #cancelled(channel: ReceiveChannel, tags: Map<string, string>, queue: string, consumerTag: string): void {
    if (tags.get(queue) !== consumerTag || channel !== this.#channel) return;
    tags.delete(queue);
    this.#isQueueGone = true;
    this.#parts.runtime.logger.info(
      { event: LOG_EVENTS.transportState, endpoint: this.#parts.endpoint, queue },
      'the broker has ended a consumer',
    );
    this.#tryLater();
  }

  #tryLater(delayMs?: number): void {
    if (this.#state !== 'receiving' || this.#isAbandoned) return;
    const { runtime } = this.#parts;
    this.#failures += 1;
    this.#retry?.cancel();
    this.#retry = runtime.setTimer(delayMs ?? backoffMs(this.#failures, runtime.random()), () => {
      void runtime.spawn(`receiving from ${this.#parts.endpoint}`, () => this.#tryAgain());
    });
  }

  async #tryAgain(): Promise<void> {
    try {
      if (this.#isQueueGone) await this.#parts.restore();
      this.#isQueueGone = false;
      await this.#adjust();
    } catch (error) {
      this.#isQueueGone ||= replyCodeOf(error) === REPLY.notFound; // nothing else is mended by declaring all once more
      this.#tellOf(error);
      this.#tryLater();
    }
  }

  /** Aloud and once what somebody has to mend: the queue is gone, or may not be read any more. */
  #tellOf(error: unknown): void {
    const { logger } = this.#parts.runtime;
    const { endpoint } = this.#parts;
    const isAloud = replyCodeOf(error) !== undefined && !this.#isRefusalTold;
    if (isAloud) this.#isRefusalTold = true;
    const coded = consumeError(error, endpoint);
    if (!isBusError(coded, 'TRANSPORT_NOT_OPEN')) this.#parts.onFault(coded.message); // else the state of the connection says it
    const fields = { event: LOG_EVENTS.transportState, endpoint, error: coded };
    logger[isAloud ? 'warn' : 'debug'](fields, 'an endpoint could not be received from again; it is tried on');
  }

  #arrived(channel: ReceiveChannel, message: AmqpMessage): void {
    if (!channel.arrived(message)) return;
    if (this.#state !== 'receiving' && !this.#hasLanes) channel.release(message.fields.deliveryTag);
    else if (this.#mayHandOver && this.#early.length === 0) this.#handOver(channel, message);
    else this.#early.push({ channel, message });
  }

  #handOver(channel: ReceiveChannel, message: AmqpMessage): void {
    const delivery = new RabbitmqDelivery(message, this.#deliveryParts as DeliveryParts);
    this.#handedOver += 1;
    channel.hold(message.fields.deliveryTag, delivery);
    this.#onDelivery(delivery);
  }

  #settled(channel: ReceiveChannel): void {
    if (channel !== this.#channel) return;
    this.#handedOver -= 1;
    if (this.#early.length > 0) this.#handOverEarly();
    if (this.#handedOver === 0 && this.#leavesLanes) this.#adjust().catch(() => this.#tryLater());
  }

  get #mayHandOver(): boolean {
    return this.#state === 'receiving' && this.#handedOver < this.#prefetch && this.#channel?.hasKept !== true;
  }

  #handOverEarly(): void {
    while (this.#mayHandOver) {
      const next = this.#early.shift();
      if (next === undefined) return;
      this.#handOver(next.channel, next.message);
    }
  }

  #releaseEarly(): void {
    if (this.#hasLanes) return; // it goes back with the channel, or is handed over after all
    for (const { channel, message } of this.#early.splice(0)) channel.release(message.fields.deliveryTag);
  }
}
