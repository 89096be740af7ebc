import type { Runtime } from '@waybill/core/transport';
import type { FrameSink } from '../connection/frame-sink.ts';
import { frameSinkOf } from '../connection/frame-sink.ts';
import type { AmqpChannel, AmqpConfirm, AmqpReturn } from '../rabbitmq-client.ts';
import { isClosedByClient } from '../rabbitmq-client.ts';
import type { OutgoingMessage } from './publish-frames.ts';
import { PublishFrames } from './publish-frames.ts';
import type { RefusedPublish } from './refused-publish.ts';
import { refusedPublish } from './refused-publish.ts';

/** What became of one publish. */
export type PublishEnd =
  | { readonly is: 'confirmed' }
  /** The broker gave it back: nothing takes it. It is not stored. */
  | { readonly is: 'returned' }
  /** The broker could not store it. */
  | { readonly is: 'refused' }
  /** The broker ended the channel because of it, and has not stored it. */
  | ({ readonly is: 'blamed' } & RefusedPublish)
  /** The channel ended before the broker said anything. */
  | { readonly is: 'lost'; readonly cause: unknown }
  /** It did not leave. */
  | { readonly is: 'unsent'; readonly cause: unknown };

/** One message on its way to the broker, and who is told what became of it. */
export interface Publish extends OutgoingMessage {
  readonly content: Buffer;
  /** What has not left when it aborts does not leave any more. */
  readonly signal: AbortSignal | undefined;
  /** Called once. */
  ended(end: PublishEnd): void;
}

/** What a channel tells. */
export interface PublishWatch {
  /** Confirms have come. */
  readonly onRoom: () => void;
  /** It is closed; everything has ended. */
  readonly onEnd: () => void;
}

const CONFIRMED: PublishEnd = Object.freeze({ is: 'confirmed' });
const RETURNED: PublishEnd = Object.freeze({ is: 'returned' });
const REFUSED: PublishEnd = Object.freeze({ is: 'refused' });

/**
 * One channel with confirms: every publish ends exactly once. What is alone is written at once; what is published while something
 * else is under way is written together, once in each turn of the event loop.
 */
export class PublishChannel {
  readonly #channel: AmqpChannel;
  /** What was sent and has no confirm, in the order of sending; those in the middle that have one are `undefined`. */
  #unconfirmed: (Publish | undefined)[] = [];
  /** Those among them that were given back. */
  readonly #givenBack = new Set<Publish>();
  /** Where the oldest stands in the list. */
  #head = 0;
  /** The tag of what stands at the head. */
  #headTag = 1;
  #count = 0;
  #bytes = 0;
  #error: Error | undefined;
  #isOpen = true;
  readonly #runtime: Runtime;
  readonly #watch: PublishWatch;
  /** Where the client lets nobody write past it, it is given one message after another. */
  readonly #sink: FrameSink | undefined;
  readonly #frames: PublishFrames | undefined;
  #isFlushDue = false;

  constructor(channel: AmqpChannel, runtime: Runtime, watch: PublishWatch) {
    this.#channel = channel;
    this.#runtime = runtime;
    this.#sink = frameSinkOf(channel);
    this.#frames = this.#sink === undefined ? undefined : new PublishFrames(this.#sink);
    this.#watch = watch;
    channel.prependListener('ack', (confirm) => this.#confirmed(confirm, CONFIRMED));
    channel.prependListener('nack', (confirm) => this.#confirmed(confirm, REFUSED));
    channel.on('return', (returned) => this.#returned(returned));
    channel.on('error', (error) => (this.#error = error));
    channel.on('close', () => this.#ended());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How many have no confirm yet. */
  get unconfirmed(): number {
    return this.#count;
  }

  /** How large the bodies are that have no confirm yet: the client keeps them for as long as the socket takes nothing. */
  get unconfirmedBytes(): number {
    return this.#bytes;
  }

  get channel(): AmqpChannel {
    return this.#channel;
  }

  /** Sends. Throws when it cannot be encoded, or the client has closed the channel; then nothing was sent, and nobody is told. */
  publish(publish: Publish): void {
    try {
      this.#write(publish);
    } catch (error) {
      if (isClosedByClient(error)) this.#ended(); // it waits for the broker to agree, perhaps for ever
      throw error;
    }
    this.#unconfirmed.push(publish);
    this.#count += 1;
    this.#bytes += publish.content.byteLength;
  }

  /** Writes what waits for the end of the turn. What the client does not let leave any more ends with the channel. */
  flush(): void {
    const pieces = this.#frames?.take() ?? [];
    if (pieces.length > 0 && this.#sink?.isOpen() === true) this.#sink.write(pieces);
  }

  #write(publish: Publish): void {
    if (this.#frames === undefined || this.#sink?.isOpen() !== true) {
      const { exchange, routingKey, mandatory, properties, content } = publish;
      this.#channel.publish(exchange, routingKey, content, { ...properties, mandatory });
      return;
    }
    this.#frames.append(publish);
    if (this.#count === 0 || this.#frames.isFull) this.flush();
    else if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      void this.#flushNextTurn();
    }
  }

  async #flushNextTurn(): Promise<void> {
    await this.#runtime.yield();
    this.#isFlushDue = false;
    this.flush();
  }

  #confirmed({ deliveryTag, multiple }: AmqpConfirm, end: PublishEnd): void {
    const last = this.#headTag + this.#unconfirmed.length - this.#head - 1;
    if (deliveryTag > last) this.#giveUp(new Error(`the broker has confirmed the message ${deliveryTag}, and ${last} were sent`));
    if (multiple) while (this.#headTag <= deliveryTag && this.#head < this.#unconfirmed.length) this.#end(this.#head, end);
    else this.#end(this.#head + deliveryTag - this.#headTag, end);
    this.#compact();
    this.#watch.onRoom();
  }

  /** What the broker says cannot be relied on: everything under way is lost. Throws. */
  #giveUp(error: Error): never {
    this.#error = error;
    this.#ended();
    this.#channel.close().catch(() => undefined); // it ends with its connection, if not before
    throw error;
  }

  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#loseAll();
    this.#watch.onEnd();
  }

  #end(at: number, end: PublishEnd): void {
    const found = this.#unconfirmed[at];
    if (found === undefined) return; // confirmed before
    this.#unconfirmed[at] = undefined;
    while (this.#head < this.#unconfirmed.length && this.#unconfirmed[this.#head] === undefined) {
      this.#head += 1;
      this.#headTag += 1;
    }
    this.#count -= 1;
    this.#bytes -= found.content.byteLength;
    found.ended(this.#givenBack.delete(found) ? RETURNED : end);
  }

  /** Comes before the confirm. It does not say which publish it is: of equal ones the oldest is meant, for the broker keeps their order. */
  #returned({ fields, properties }: AmqpReturn): void {
    for (let at = this.#head; at < this.#unconfirmed.length; at += 1) {
      const found = this.#unconfirmed[at];
      if (found === undefined || !found.mandatory || this.#givenBack.has(found)) continue;
      const { exchange, routingKey, properties: sent } = found;
      if (exchange !== fields.exchange || routingKey !== fields.routingKey || sent.messageId !== properties.messageId) continue;
      this.#givenBack.add(found);
      return;
    }
  }

  #loseAll(): void {
    const lost = this.#unconfirmed.slice(this.#head);
    this.#unconfirmed = [];
    this.#head = 0;
    this.#count = 0;
    this.#bytes = 0;
    const end: PublishEnd = { is: 'lost', cause: this.#error ?? 'the channel was closed before the broker confirmed' };
    const [blamed, refusal] = this.#blamed(lost);
    for (const one of lost) {
      if (one === undefined) continue;
      if (this.#givenBack.delete(one)) one.ended(RETURNED);
      else one.ended(one === blamed && refusal !== undefined ? { is: 'blamed', ...refusal } : end);
    }
  }

  /** The last one that the error can mean: whichever of them it was, the broker has taken nothing after it; of those before nobody knows. */
  #blamed(lost: readonly (Publish | undefined)[]): readonly [Publish?, RefusedPublish?] {
    for (const one of lost.toReversed()) {
      const refusal = one === undefined ? undefined : refusedPublish(this.#error, one.exchange, one.content.length);
      if (one !== undefined && refusal !== undefined) return [one, refusal];
    }
    return [];
  }

  #compact(): void {
    if (this.#head === this.#unconfirmed.length) {
      this.#unconfirmed = [];
      this.#head = 0;
    } else if (this.#head >= 1_024) {
      this.#unconfirmed = this.#unconfirmed.slice(this.#head);
      this.#head = 0;
    }
  }
}
