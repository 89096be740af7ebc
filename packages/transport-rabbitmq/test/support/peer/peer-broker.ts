import type { Fields, PeerFrame } from './amqp-codec.ts';
import { heartbeatFrame } from './amqp-codec.ts';
import type { PeerChannel, PeerLink, PeerMessage } from './peer-link.ts';

const REPLY_TO = 'amq.rabbitmq.reply-to';

/** Who takes the messages of a queue. */
export interface PeerConsumer {
  readonly link: PeerLink;
  readonly channel: number;
  readonly consumerTag: string;
  readonly noAck: boolean;
}

/** A message that a client has published, whole. */
export interface PeerPublish {
  readonly link: PeerLink;
  readonly channel: number;
  /** What it is confirmed by; 0 where nothing is confirmed. */
  readonly tag: number;
  readonly message: PeerMessage;
}

/** A publish whose content is still coming. */
interface Coming {
  readonly fields: Fields;
  properties: Fields;
  size: number;
  readonly parts: Buffer[];
}

interface PeerQueue {
  readonly messages: PeerMessage[];
  readonly consumers: PeerConsumer[];
}

type Answer = (frame: PeerFrame, link: PeerLink) => void;

/**
 * What a broker answers, as far as the transport asks: queues, bindings that all match, confirms, deliveries, direct reply-to.
 * No rights, no limits, no prefetch.
 */
export class PeerBroker {
  /** What is offered to a client. */
  tune: Fields = { channelMax: 2_047, frameMax: 131_072, heartbeat: 60 };
  /** What is done with what was published. */
  onPublish: (publish: PeerPublish) => void = (publish) => this.take(publish);
  readonly #queues = new Map<string, PeerQueue>();
  readonly #bindings = new Map<string, Set<string>>();
  /** By channel. */
  readonly #coming = new Map<PeerLink, Map<number, Coming>>();
  readonly #answers: Readonly<Record<string, Answer>> = this.#table();
  #consumed = 0;

  /** Answers as a broker would. */
  answer(frame: PeerFrame, link: PeerLink): void {
    this.#answers[frame.name]?.(frame, link);
  }

  /** The consumers of a queue. */
  consumersOf(queue: string): readonly PeerConsumer[] {
    return this.#queues.get(queue)?.consumers ?? [];
  }

  /** How many messages stand there and are with nobody. */
  depthOf(queue: string): number {
    return this.#queues.get(queue)?.messages.length ?? 0;
  }

  /** Takes a message, as if it had been published; false when nothing takes it. */
  route(message: PeerMessage): boolean {
    const { exchange, routingKey } = message;
    const names = exchange === '' ? [routingKey] : this.#boundTo(exchange);
    const queues = names.filter((name) => this.#queues.has(name));
    for (const name of queues) {
      this.#queues.get(name)?.messages.push(message);
      this.#deliver(name);
    }
    return queues.length > 0;
  }

  /** Routes and confirms; gives back what has no place, where the client wants that. */
  take(publish: PeerPublish): void {
    const { link, channel, tag, message } = publish;
    const isReply = message.routingKey.startsWith(`${REPLY_TO}.`);
    const isRouted = this.route(isReply ? { ...message, exchange: '', routingKey: REPLY_TO } : message);
    if (!isRouted && message.mandatory) this.giveBack(publish);
    if (tag > 0) link.send('BasicAck', channel, { deliveryTag: tag, multiple: false });
  }

  /** "Nothing takes this." */
  giveBack({ link, channel, message }: PeerPublish): void {
    const { exchange, routingKey } = message;
    link.sendContent('BasicReturn', channel, { replyCode: 312, replyText: 'NO_ROUTE', exchange, routingKey }, message);
  }

  /** A connection is gone: what it had goes back. */
  forget(link: PeerLink): void {
    for (const channel of Array.from(link.channels.keys())) this.#closeChannel(link, channel);
  }

  #table(): Readonly<Record<string, Answer>> {
    const ok =
      (name: string, fields: Fields = {}): Answer =>
      ({ channel }, link) =>
        link.send(name, channel, fields);
    return {
      Greeting: (_, link) => link.send('ConnectionStart', 0, START),
      ConnectionStartOk: (_, link) => link.send('ConnectionTune', 0, this.tune),
      ConnectionOpen: ok('ConnectionOpenOk'),
      ConnectionClose: (_, link) => {
        link.send('ConnectionCloseOk', 0);
        link.end();
      },
      ConnectionCloseOk: (_, link) => link.end(),
      Heartbeat: (_, link) => link.write(heartbeatFrame()),
      ChannelOpen: ({ channel }, link) => {
        link.channels.set(channel, { published: undefined, delivered: 0, unacked: new Map() });
        link.send('ChannelOpenOk', channel);
      },
      ChannelClose: ({ channel }, link) => {
        this.#closeChannel(link, channel);
        link.send('ChannelCloseOk', channel);
      },
      ChannelCloseOk: ({ channel }, link) => this.#closeChannel(link, channel),
      ConfirmSelect: ({ channel }, link) => {
        channelOf(link, channel).published = 0;
        link.send('ConfirmSelectOk', channel);
      },
      ...this.#topologyTable(ok),
      ...this.#basicTable(ok),
    };
  }

  #topologyTable(ok: (name: string) => Answer): Readonly<Record<string, Answer>> {
    const bind: (target: 'queue' | 'destination') => Answer = (target) => (frame) => {
      const { source, exchange, [target]: name } = frame.fields as Readonly<Record<string, string>>;
      const from = String(source ?? exchange);
      this.#bindings.set(from, (this.#bindings.get(from) ?? new Set()).add(String(name)));
    };
    return {
      ExchangeDeclare: ok('ExchangeDeclareOk'),
      ExchangeDelete: ok('ExchangeDeleteOk'),
      ExchangeBind: both(bind('destination'), ok('ExchangeBindOk')),
      ExchangeUnbind: ok('ExchangeUnbindOk'),
      QueueDeclare: ({ channel, fields }, link) => {
        const queue = String(fields['queue']);
        if (!this.#queues.has(queue)) this.#queues.set(queue, { messages: [], consumers: [] });
        link.send('QueueDeclareOk', channel, {
          queue,
          messageCount: this.depthOf(queue),
          consumerCount: this.consumersOf(queue).length,
        });
      },
      QueueBind: both(bind('queue'), ok('QueueBindOk')),
      QueueUnbind: ok('QueueUnbindOk'),
      QueueDelete: ({ channel, fields }, link) => {
        this.#queues.delete(String(fields['queue']));
        link.send('QueueDeleteOk', channel, { messageCount: 0 });
      },
    };
  }

  #basicTable(ok: (name: string) => Answer): Readonly<Record<string, Answer>> {
    return {
      BasicQos: ok('BasicQosOk'),
      BasicConsume: ({ channel, fields }, link) => this.#consume(link, channel, fields),
      BasicCancel: ({ channel, fields }, link) => {
        const { consumerTag } = fields;
        this.#removeConsumers((one) => one.link === link && one.channel === channel && one.consumerTag === consumerTag);
        link.send('BasicCancelOk', channel, { consumerTag });
      },
      BasicPublish: ({ channel, fields }, link) => void this.#comingOf(link).set(channel, { fields, properties: {}, size: 0, parts: [] }),
      Header: ({ channel, fields, size }, link) => {
        const coming = this.#comingOf(link).get(channel);
        if (coming === undefined) return;
        coming.properties = fields;
        coming.size = size;
        this.#arrived(link, channel);
      },
      Body: ({ channel, content }, link) => {
        this.#comingOf(link).get(channel)?.parts.push(content);
        this.#arrived(link, channel);
      },
      BasicAck: ({ channel, fields }, link) => this.#settle(link, channel, fields, false),
      BasicNack: ({ channel, fields }, link) => this.#settle(link, channel, fields, true),
    };
  }

  #comingOf(link: PeerLink): Map<number, Coming> {
    const coming = this.#coming.get(link) ?? new Map<number, Coming>();
    this.#coming.set(link, coming);
    return coming;
  }

  #consume(link: PeerLink, channel: number, fields: Fields): void {
    const { queue, consumerTag: asked, noAck } = fields as { queue: string; consumerTag: string; noAck: boolean };
    this.#consumed += 1;
    const consumerTag = asked === '' ? `ctag-${this.#consumed}` : asked;
    if (!this.#queues.has(queue)) this.#queues.set(queue, { messages: [], consumers: [] });
    this.#queues.get(queue)?.consumers.push({ link, channel, consumerTag, noAck });
    link.send('BasicConsumeOk', channel, { consumerTag });
    this.#deliver(queue);
  }

  /** A publish is complete when its whole body is there. */
  #arrived(link: PeerLink, channel: number): void {
    const coming = this.#comingOf(link).get(channel);
    if (coming === undefined) return;
    const body = Buffer.concat(coming.parts);
    if (body.length < coming.size) return;
    this.#comingOf(link).delete(channel);
    const { exchange, routingKey, mandatory } = coming.fields as { exchange: string; routingKey: string; mandatory: boolean };
    const replies = `${REPLY_TO}.${channel}`;
    const properties = coming.properties['replyTo'] === REPLY_TO ? { ...coming.properties, replyTo: replies } : coming.properties;
    const state = channelOf(link, channel);
    if (state.published !== undefined) state.published += 1;
    const message = { exchange, routingKey, mandatory, properties, body, redelivered: false };
    this.onPublish({ link, channel, tag: state.published ?? 0, message });
  }

  #settle(link: PeerLink, channel: number, fields: Fields, requeue: boolean): void {
    const { deliveryTag, multiple } = fields as { deliveryTag: number; multiple: boolean };
    const { unacked } = channelOf(link, channel);
    const tags = multiple ? Array.from(unacked.keys()).filter((tag) => tag <= deliveryTag) : [deliveryTag];
    for (const tag of tags) {
      const held = unacked.get(tag);
      unacked.delete(tag);
      if (held !== undefined && requeue) this.#requeue(held);
    }
  }

  #requeue({ queue, message }: { readonly queue: string; readonly message: PeerMessage }): void {
    this.#queues.get(queue)?.messages.push({ ...message, redelivered: true });
    this.#deliver(queue);
  }

  #deliver(queue: string): void {
    const { messages = [], consumers = [] } = this.#queues.get(queue) ?? {};
    const [consumer] = consumers;
    if (consumer === undefined) return;
    const { link, channel, consumerTag, noAck } = consumer;
    for (const message of messages.splice(0)) {
      const state = channelOf(link, channel);
      state.delivered += 1;
      if (!noAck) state.unacked.set(state.delivered, { queue, message });
      const { exchange, routingKey, redelivered } = message;
      link.sendContent('BasicDeliver', channel, { consumerTag, deliveryTag: state.delivered, redelivered, exchange, routingKey }, message);
    }
  }

  #closeChannel(link: PeerLink, channel: number): void {
    const state = link.channels.get(channel);
    link.channels.delete(channel);
    this.#comingOf(link).delete(channel);
    this.#removeConsumers((one) => one.link === link && one.channel === channel);
    for (const held of state?.unacked.values() ?? []) this.#requeue(held);
  }

  #removeConsumers(isGone: (one: PeerConsumer) => boolean): void {
    for (const { consumers } of this.#queues.values())
      for (const one of consumers.filter(isGone)) consumers.splice(consumers.indexOf(one), 1);
  }

  /** The queues behind an exchange, and behind those that are bound to it. */
  #boundTo(exchange: string, seen: Set<string> = new Set()): readonly string[] {
    if (seen.has(exchange)) return [];
    seen.add(exchange);
    return Array.from(this.#bindings.get(exchange) ?? []).flatMap((name) => [name, ...this.#boundTo(name, seen)]);
  }
}

const START: Fields = {
  versionMajor: 0,
  versionMinor: 9,
  serverProperties: { product: 'a scripted peer', capabilities: { 'basic.nack': true, 'connection.blocked': true } },
  mechanisms: Buffer.from('PLAIN EXTERNAL'),
  locales: Buffer.from('en_US'),
};

const both =
  (first: Answer, second: Answer): Answer =>
  (frame, link) => {
    first(frame, link);
    second(frame, link);
  };

/** What is settled on a channel that is closed already has no effect. */
function channelOf(link: PeerLink, channel: number): PeerChannel {
  return link.channels.get(channel) ?? { published: undefined, delivered: 0, unacked: new Map() };
}
