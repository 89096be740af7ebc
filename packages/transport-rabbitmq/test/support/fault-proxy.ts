import type { FaultKind, FaultOptions, FaultPort, InjectedFault } from '@waybill/conformance';
import { TcpProxy } from '@waybill/fault-kit';
import type { LastingFault, ProxiedConnection, StreamTap } from '@waybill/fault-kit';
import type { AmqpFrame } from './amqp-frames.ts';
import {
  BASIC_ACK,
  BASIC_CONSUME,
  BASIC_PUBLISH,
  CANCEL_OK,
  FrameCutter,
  START_OK,
  blockedFrame,
  cancelFrame,
  consumeIn,
  tagIn,
  unblockedFrame,
} from './amqp-frames.ts';

/** What it can make, and two that there is nothing for at RabbitMQ: the cases that name them see that it has no locks and no partitions. */
const KINDS: readonly FaultKind[] = [
  'cut',
  'reset-at-offset',
  'down',
  'half-open',
  'hold-confirm',
  'drop-confirm',
  'fail-open',
  'block',
  'cancel-consumer',
  'revoke-credentials',
  'expire-lock',
  'lose-partition',
];

/** What is known of one connection. */
interface Conversation {
  /** What the broker has said and the client has not heard. */
  readonly held: Buffer[];
  /** What the client has said and the broker does not read, while it takes no messages. */
  readonly unread: Buffer[];
  /** What was consumed by it. */
  readonly consumers: { readonly channel: number; readonly queue: string; readonly consumerTag: string }[];
  /** Channels on which an answer is awaited that was not asked for by the client. */
  readonly cancelling: Set<number>;
}

/** A fault that lasts: ends it, and tells how many it has hit. */
type End = () => number;

interface Lasting {
  readonly kind: FaultKind;
  readonly end: End;
}

/** Understands AMQP between the clients of one case and the broker, and breaks their connections: nobody else's. */
export class FaultProxy implements FaultPort {
  readonly kinds: ReadonlySet<FaultKind> = new Set(KINDS);
  readonly #tcp: TcpProxy;
  readonly #conversations = new WeakMap<ProxiedConnection, Conversation>();
  readonly #happened = new Map<FaultKind, number>();
  readonly #lasting = new Set<Lasting>();
  #confirmsToDrop = 0;
  #loginsRefused = 0;
  #published = 0;

  private constructor(tcp: TcpProxy) {
    this.#tcp = tcp;
  }

  static async listen(url: string): Promise<FaultProxy> {
    const target = new URL(url);
    target.port ||= '5672';
    const tap = (connection: ProxiedConnection): StreamTap => proxy.#tap(connection);
    const proxy: FaultProxy = new FaultProxy(await TcpProxy.open(target.href, { tap }));
    return proxy;
  }

  /** How many messages have gone to the broker. */
  get published(): number {
    return this.#published;
  }

  /** The address of the broker, by way of here. */
  get url(): string {
    return this.#tcp.url;
  }

  async close(): Promise<void> {
    await this.#tcp[Symbol.asyncDispose]();
  }

  happened(kind: FaultKind): number {
    return this.#happened.get(kind) ?? 0;
  }

  calm(): void {
    this.#confirmsToDrop = 0;
    for (const fault of this.#lasting) this.#end(fault);
  }

  inject(kind: FaultKind, options: FaultOptions = {}): Promise<InjectedFault> {
    const { count = 1, endpoint = '' } = options;
    if (kind === 'cut') this.#noteOne(kind, this.#tcp.reset());
    else if (kind === 'cancel-consumer') this.#noteOne(kind, this.#cancelConsumers(endpoint));
    else if (kind === 'drop-confirm') this.#confirmsToDrop += count;
    else return Promise.resolve(this.#last({ kind, end: this.#begin(kind, options) }));
    return Promise.resolve({ end: () => Promise.resolve() });
  }

  #begin(kind: FaultKind, { count = 1, bytes = 0 }: FaultOptions): End {
    switch (kind) {
      case 'reset-at-offset':
        return endOf(this.#tcp.cutAfter(bytes));
      case 'fail-open':
        return endOf(this.#tcp.refuse(count));
      case 'half-open':
        return endOf(this.#tcp.blackHole());
      case 'down':
        return endOf(this.#tcp.refuse(), this.#tcp.reset());
      case 'block':
        return this.#block();
      case 'hold-confirm':
        return () => this.#release();
      case 'revoke-credentials':
        this.#tcp.reset();
        this.#loginsRefused = 0;
        return () => this.#loginsRefused;
      default:
        throw new Error(`RabbitMQ has nothing for the fault "${kind}"`);
    }
  }

  #last(fault: Lasting): InjectedFault {
    this.#lasting.add(fault);
    return { end: () => Promise.resolve(this.#end(fault)) };
  }

  #end(fault: Lasting): void {
    if (!this.#lasting.delete(fault)) return;
    const hits = fault.end();
    if (fault.kind === 'fail-open') this.#note(fault.kind, hits);
    else this.#noteOne(fault.kind, hits);
  }

  #lasts(wanted: FaultKind): boolean {
    return [...this.#lasting].some(({ kind }) => kind === wanted);
  }

  #note(kind: FaultKind, times: number): void {
    this.#happened.set(kind, this.happened(kind) + times);
  }

  /** It has happened once, if it hit anything. */
  #noteOne(kind: FaultKind, hits: number): void {
    this.#note(kind, hits > 0 ? 1 : 0);
  }

  #block(): End {
    const blocked = this.#tcp.connections;
    for (const one of blocked) one.write('down', blockedFrame('low on memory'));
    return () => {
      for (const one of this.#tcp.connections) {
        for (const bytes of this.#conversations.get(one)?.unread.splice(0) ?? []) one.write('up', bytes);
        one.write('down', unblockedFrame());
      }
      return blocked.length;
    };
  }

  #release(): number {
    let held = 0;
    for (const one of this.#tcp.connections) {
      const late = this.#conversations.get(one)?.held.splice(0) ?? [];
      for (const bytes of late) one.write('down', bytes);
      held += late.length;
    }
    return held;
  }

  #tap(connection: ProxiedConnection): StreamTap {
    const conversation: Conversation = { held: [], unread: [], consumers: [], cancelling: new Set() };
    const [fromClient, fromBroker] = [new FrameCutter(), new FrameCutter()];
    this.#conversations.set(connection, conversation);
    return {
      up: (bytes) => this.#readUnlessBlocked(conversation, fromClient.cut(bytes)),
      down: (bytes) => this.#fromBroker(conversation, fromBroker.cut(bytes)),
    };
  }

  /** As RabbitMQ does in an alarm: from its first message on it reads no more from a connection. */
  #readUnlessBlocked(conversation: Conversation, frames: readonly AmqpFrame[]): Buffer {
    const { unread } = conversation;
    const isBlocked = unread.length > 0 || (this.#lasts('block') && frames.some(({ method }) => method === BASIC_PUBLISH));
    const out = Buffer.concat(frames.map((frame) => this.#fromClient(conversation, frame)));
    if (!isBlocked) return out;
    unread.push(out);
    return Buffer.alloc(0);
  }

  #fromClient({ consumers }: Conversation, frame: AmqpFrame): Buffer {
    if (frame.method === BASIC_PUBLISH) this.#published += 1;
    if (frame.method === BASIC_CONSUME) consumers.push({ channel: frame.channel, ...consumeIn(frame) });
    if (frame.method !== START_OK || !this.#lasts('revoke-credentials')) return frame.bytes;
    this.#loginsRefused += 1;
    return withWrongPassword(frame);
  }

  /** The broker hears that the client has ended its consumers; its answer becomes the word that the broker has. */
  #cancelConsumers(queue: string): number {
    let cancelled = 0;
    for (const connection of this.#tcp.connections) {
      const { consumers, cancelling } = this.#conversations.get(connection) as Conversation;
      for (const one of consumers.splice(0).filter((consumer) => consumer.queue === queue)) {
        cancelling.add(one.channel);
        connection.write('up', cancelFrame(one.channel, one.consumerTag, true));
        cancelled += 1;
      }
    }
    return cancelled;
  }

  #fromBroker({ held, cancelling }: Conversation, frames: readonly AmqpFrame[]): Buffer {
    const out = Buffer.concat(
      frames
        .filter(({ method }) => method !== BASIC_ACK || !this.#dropsConfirm())
        .map((frame) =>
          frame.method === CANCEL_OK && cancelling.delete(frame.channel) ? cancelFrame(frame.channel, tagIn(frame), false) : frame.bytes,
        ),
    );
    if (!this.#lasts('hold-confirm')) return out;
    if (out.length > 0) held.push(out);
    return Buffer.alloc(0);
  }

  #dropsConfirm(): boolean {
    if (this.#confirmsToDrop === 0) return false;
    this.#confirmsToDrop -= 1;
    this.#note('drop-confirm', 1);
    return true;
  }
}

/** Ends what the proxy does; `more` were hit at the beginning. */
function endOf(fault: LastingFault, more = 0): End {
  return () => {
    fault.end();
    return fault.hits + more;
  };
}

/** The same frame, with another last letter of the password: it stands between a zero and the locale. */
function withWrongPassword({ bytes }: AmqpFrame): Buffer {
  const wrong = Buffer.from(bytes);
  const localeAt = wrong.lastIndexOf('en_US') - 1;
  wrong.writeUInt8((wrong.readUInt8(localeAt - 1) + 1) % 128, localeAt - 1);
  return wrong;
}
