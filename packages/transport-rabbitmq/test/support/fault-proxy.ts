import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { FaultKind, FaultOptions, FaultPort, InjectedFault } from '@waybill/conformance';
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

/** One connection of a client, and its other half to the broker. */
interface Pair {
  readonly client: Socket;
  readonly broker: Socket;
  /** What the broker has said and the client has not heard. */
  readonly held: Buffer[];
  readonly fromBroker: FrameCutter;
  readonly fromClient: FrameCutter;
  /** What was consumed by it. */
  readonly consumers: { readonly channel: number; readonly queue: string; readonly consumerTag: string }[];
  /** Channels on which an answer is awaited that was not asked for by the client. */
  readonly cancelling: Set<number>;
}

/** Stands between the clients of one case and the broker, and breaks their connections: nobody else's. */
export class FaultProxy implements FaultPort {
  readonly kinds: ReadonlySet<FaultKind> = new Set(KINDS);
  readonly #target: URL;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #happened = new Map<FaultKind, number>();
  readonly #armed = new Map<FaultKind, number>();
  readonly #lasting = new Set<FaultKind>();
  #published = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async listen(url: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** How many messages have gone to the broker. */
  get published(): number {
    return this.#published;
  }

  /** The address of the broker, by way of here. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  async close(): Promise<void> {
    this.#resetAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  happened(kind: FaultKind): number {
    return this.#happened.get(kind) ?? 0;
  }

  calm(): void {
    this.#armed.clear();
    for (const kind of this.#lasting) this.#end(kind);
  }

  inject(kind: FaultKind, { count = 1, endpoint = '' }: FaultOptions = {}): Promise<InjectedFault> {
    if (kind === 'cut') this.#note(kind, this.#resetAll());
    else if (kind === 'cancel-consumer') this.#note(kind, this.#cancelConsumers(endpoint));
    else if (kind === 'expire-lock' || kind === 'lose-partition') throw new Error(`RabbitMQ has nothing for the fault "${kind}"`);
    else if (kind === 'drop-confirm' || kind === 'fail-open') this.#armed.set(kind, (this.#armed.get(kind) ?? 0) + count);
    else this.#begin(kind);
    return Promise.resolve({ end: () => Promise.resolve(this.#end(kind)) });
  }

  #begin(kind: FaultKind): void {
    this.#lasting.add(kind);
    if (kind === 'down' || kind === 'revoke-credentials') {
      this.#resetAll();
      this.#note(kind, 1);
    }
    if (kind === 'block') {
      for (const { client } of this.#pairs) client.write(blockedFrame('low on memory'));
      this.#note(kind, this.#pairs.size);
    }
    if (kind === 'half-open') this.#note(kind, this.#pairs.size);
  }

  #end(kind: FaultKind): void {
    if (!this.#lasting.delete(kind)) return;
    if (kind === 'half-open') this.#resetAll(); // what vanished does not come back
    if (kind === 'block') for (const { client } of this.#pairs) client.write(unblockedFrame());
    if (kind === 'hold-confirm') this.#release();
  }

  #release(): void {
    let held = 0;
    for (const pair of this.#pairs) {
      held += pair.held.length;
      for (const bytes of pair.held.splice(0)) pair.client.write(bytes);
    }
    this.#note('hold-confirm', held);
  }

  #note(kind: FaultKind, hits: number): void {
    if (hits > 0) this.#happened.set(kind, this.happened(kind) + 1);
  }

  #strikes(kind: FaultKind): boolean {
    const left = this.#armed.get(kind) ?? 0;
    if (left === 0) return false;
    this.#armed.set(kind, left - 1);
    this.#note(kind, 1);
    return true;
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    client.setNoDelay(true);
    if (this.#lasting.has('down') || this.#strikes('fail-open')) {
      client.resetAndDestroy();
      return;
    }
    const broker = connect({ host: this.#target.hostname, port: Number(this.#target.port || 5672), noDelay: true });
    const pair: Pair = {
      client,
      broker,
      held: [],
      fromBroker: new FrameCutter(),
      fromClient: new FrameCutter(),
      consumers: [],
      cancelling: new Set(),
    };
    this.#pairs.add(pair);
    broker.on('error', () => undefined);
    client.on('data', (bytes: Buffer) => this.#fromClient(pair, bytes));
    broker.on('data', (bytes: Buffer) => this.#fromBroker(pair, bytes));
    client.on('close', () => this.#ended(pair));
    broker.on('close', () => this.#ended(pair));
    client.on('end', () => broker.end());
    broker.on('end', () => client.end());
  }

  #fromClient({ broker, fromClient, consumers }: Pair, bytes: Buffer): void {
    if (this.#lasting.has('half-open')) return;
    for (const frame of fromClient.cut(bytes)) {
      if (frame.method === BASIC_PUBLISH) this.#published += 1;
      if (frame.method === BASIC_CONSUME) consumers.push({ channel: frame.channel, ...consumeIn(frame) });
      broker.write(frame.method === START_OK && this.#lasting.has('revoke-credentials') ? withWrongPassword(frame) : frame.bytes);
    }
  }

  /** The broker hears that the client has ended its consumers; its answer becomes the word that the broker has. */
  #cancelConsumers(queue: string): number {
    let cancelled = 0;
    for (const { broker, consumers, cancelling } of this.#pairs) {
      for (const one of consumers.splice(0).filter((consumer) => consumer.queue === queue)) {
        cancelling.add(one.channel);
        broker.write(cancelFrame(one.channel, one.consumerTag, true));
        cancelled += 1;
      }
    }
    return cancelled;
  }

  #fromBroker({ client, held, fromBroker, cancelling }: Pair, bytes: Buffer): void {
    if (this.#lasting.has('half-open')) return;
    const frames = fromBroker.cut(bytes).filter(({ method }) => method !== BASIC_ACK || !this.#strikes('drop-confirm'));
    const out = Buffer.concat(
      frames.map((frame) =>
        frame.method === CANCEL_OK && cancelling.delete(frame.channel) ? cancelFrame(frame.channel, tagIn(frame), false) : frame.bytes,
      ),
    );
    if (out.length === 0) return;
    if (this.#lasting.has('hold-confirm')) held.push(out);
    else client.write(out);
  }

  #ended(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.broker.destroy();
  }

  #resetAll(): number {
    const pairs = [...this.#pairs];
    this.#pairs.clear();
    for (const { client, broker } of pairs) {
      client.resetAndDestroy();
      broker.destroy();
    }
    return pairs.length;
  }
}

/** The same frame, with another last letter of the password: it stands between a zero and the locale. */
function withWrongPassword({ bytes }: AmqpFrame): Buffer {
  const wrong = Buffer.from(bytes);
  const localeAt = wrong.lastIndexOf('en_US') - 1;
  wrong.writeUInt8((wrong.readUInt8(localeAt - 1) + 1) % 128, localeAt - 1);
  return wrong;
}
