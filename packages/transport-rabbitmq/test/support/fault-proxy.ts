import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { FaultKind, FaultPort, InjectedFault } from '@waybill/conformance';
import { BASIC_ACK, FrameCutter } from './amqp-frames.ts';

const KINDS: readonly FaultKind[] = ['cut', 'down', 'half-open', 'hold-confirm', 'drop-confirm', 'fail-open'];

/** One connection of a client, and its other half to the broker. */
interface Pair {
  readonly client: Socket;
  readonly broker: Socket;
  /** What the broker has said and the client has not heard. */
  readonly held: Buffer[];
  readonly cutter: FrameCutter;
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

  inject(kind: FaultKind, { count = 1 }: { readonly count?: number } = {}): Promise<InjectedFault> {
    if (kind === 'cut') this.#note(kind, this.#resetAll());
    else if (kind === 'drop-confirm' || kind === 'fail-open') this.#armed.set(kind, (this.#armed.get(kind) ?? 0) + count);
    else this.#begin(kind);
    return Promise.resolve({ end: () => Promise.resolve(this.#end(kind)) });
  }

  #begin(kind: FaultKind): void {
    this.#lasting.add(kind);
    if (kind === 'down') {
      this.#resetAll();
      this.#note(kind, 1);
    }
    if (kind === 'half-open') this.#note(kind, this.#pairs.size);
  }

  #end(kind: FaultKind): void {
    if (!this.#lasting.delete(kind)) return;
    if (kind === 'half-open') this.#resetAll(); // what vanished does not come back
    if (kind !== 'hold-confirm') return;
    let held = 0;
    for (const pair of this.#pairs) {
      held += pair.held.length;
      for (const bytes of pair.held.splice(0)) pair.client.write(bytes);
    }
    this.#note(kind, held);
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
    const pair: Pair = { client, broker, held: [], cutter: new FrameCutter() };
    this.#pairs.add(pair);
    broker.on('error', () => undefined);
    client.on('data', (bytes: Buffer) => {
      if (!this.#lasting.has('half-open')) broker.write(bytes);
    });
    broker.on('data', (bytes: Buffer) => this.#fromBroker(pair, bytes));
    client.on('close', () => this.#ended(pair));
    broker.on('close', () => this.#ended(pair));
    client.on('end', () => broker.end());
    broker.on('end', () => client.end());
  }

  #fromBroker({ client, held, cutter }: Pair, bytes: Buffer): void {
    if (this.#lasting.has('half-open')) return;
    const frames = cutter.cut(bytes).filter(({ method }) => method !== BASIC_ACK || !this.#strikes('drop-confirm'));
    const out = Buffer.concat(frames.map((frame) => frame.bytes));
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
