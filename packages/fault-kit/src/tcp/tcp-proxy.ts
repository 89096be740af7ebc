import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

import { FaultLog, type FaultTarget, type LastingFault } from '../fault-log.ts';
import { type Direction, ProxiedConnection } from './proxied-connection.ts';
import { resetSocket } from './reset-socket.ts';

/** Where a protocol looks into one connection: each function says what goes on of the bytes that came; it may change them or hold them back. */
export type StreamTap = Readonly<Record<Direction, (bytes: Buffer) => Buffer>>;

/** Options of {@link TcpProxy.open}. */
export interface TcpProxyOptions {
  /** Where its faults are written down. @default a log of its own */
  readonly faults?: FaultLog;
  /** Called for each connection; see {@link StreamTap}. @default all bytes go on as they are */
  readonly tap?: (connection: ProxiedConnection) => StreamTap;
}

/** Options of {@link TcpProxy.delay}. */
export interface DelayOptions {
  readonly ms: number;
  /** At most so much more, by chance. @default 0 */
  readonly jitterMs?: number;
  /** A number from 0 to 1; pass a seeded one to have the same delays again. @default Math.random */
  readonly random?: () => number;
  readonly connection?: ProxiedConnection;
}

/** Options of {@link TcpProxy.cutAfter}. */
export interface CutOptions {
  /** Which bytes count. @default both, together */
  readonly direction?: Direction;
  readonly connection?: ProxiedConnection;
}

/** A fault that lasts, for one connection or for all. */
interface Rule {
  readonly fault: LastingFault;
  readonly only: ProxiedConnection | undefined;
}

interface Swallow extends Rule {
  readonly directions: readonly Direction[];
}

interface Cut extends Rule {
  readonly direction: Direction | undefined;
  left: number;
}

interface Delay extends Rule {
  readonly next: () => number;
}

interface Refusal extends Rule {
  left: number;
}

/**
 * Stands between clients and a server, and breaks their connections: all of them, or the one that is named. Each fault tells how many
 * it has hit; those that last are given back, to be ended.
 */
export class TcpProxy implements AsyncDisposable {
  readonly faults: FaultLog;
  readonly #target: URL;
  readonly #listener: Server;
  readonly #tap: TcpProxyOptions['tap'];
  readonly #connections = new Map<ProxiedConnection, StreamTap | undefined>();
  /** Of those something has vanished: they are of no use any more. */
  readonly #torn = new Set<ProxiedConnection>();
  readonly #unanswered = new Set<Socket>();
  readonly #swallows = new Set<Swallow>();
  readonly #cuts = new Set<Cut>();
  readonly #delays = new Set<Delay>();
  readonly #silences = new Set<Rule>();
  readonly #refusals = new Set<Refusal>();
  #accepted = 0;

  private constructor(target: string, { faults = new FaultLog(), tap }: TcpProxyOptions) {
    this.#target = new URL(target);
    if (this.#target.port === '') throw new Error(`"${this.#target.host}" names no port. Name it: a proxy knows no protocol.`);
    this.faults = faults;
    this.#tap = tap;
    this.#listener = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Listens on a port of 127.0.0.1 in front of the server at `target`, a URL of any scheme with a port. */
  static async open(target: string, options: TcpProxyOptions = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, options);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  /** The address of the server, by way of here. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Those that are open at this moment. */
  get connections(): readonly ProxiedConnection[] {
    return Array.from(this.#connections.keys()).filter(({ isOpen }) => isOpen);
  }

  /** How many connections were ever made through it. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Resets connections on both sides, as a network device does that has forgotten them. Tells how many. */
  reset(connection?: ProxiedConnection): number {
    const hit = this.#chosen(connection);
    for (const one of hit) one.reset();
    return this.faults.note('reset', 'connections', hit.length).hits;
  }

  /** Ends connections on both sides in good order, as a server does that goes away. Tells how many. */
  end(connection?: ProxiedConnection): number {
    const hit = this.#chosen(connection);
    for (const one of hit) {
      one.end('up');
      one.end('down');
    }
    return this.faults.note('end', 'connections', hit.length).hits;
  }

  /**
   * After so many more bytes, of one connection or of all together, resets what they went through: mostly in the middle of a message.
   * Ended before, it does not happen.
   */
  cutAfter(bytes: number, { direction, connection }: CutOptions = {}): LastingFault {
    return this.#begin('cut', 'connections', this.#cuts, (fault) => ({ fault, only: connection, direction, left: bytes }));
  }

  /** All bytes vanish in both directions, while the sockets stay open: a half-open connection. */
  blackHole(connection?: ProxiedConnection): LastingFault {
    return this.#begin('black-hole', 'bytes', this.#swallows, (fault): Swallow => ({
      fault,
      only: connection,
      directions: ['up', 'down'],
    }));
  }

  /** What the server says vanishes, though it hears everything: nobody learns what became of a request. */
  dropDown(connection?: ProxiedConnection): LastingFault {
    return this.#begin('drop-down', 'bytes', this.#swallows, (fault): Swallow => ({ fault, only: connection, directions: ['down'] }));
  }

  /** Bytes come later, in their order. */
  delay({ ms, jitterMs = 0, random = Math.random, connection }: DelayOptions): LastingFault {
    return this.#begin('delay', 'bytes', this.#delays, (fault) => ({ fault, only: connection, next: () => ms + jitterMs * random() }));
  }

  /** New connections are accepted and never answered, as by a server that hangs. */
  acceptSilently(): LastingFault {
    return this.#begin('accept-silently', 'connections', this.#silences, (fault) => ({ fault, only: undefined }));
  }

  /** New connections are reset as soon as they are made, at most so many: a port where nobody listens could not count them. */
  refuse(most: number = Number.POSITIVE_INFINITY): LastingFault {
    return this.#begin('refuse', 'connections', this.#refusals, (fault) => ({ fault, only: undefined, left: most }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#unanswered) resetSocket(socket);
    for (const one of this.#connections.keys()) one.reset();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #begin<One extends Rule>(kind: string, of: FaultTarget, rules: Set<One>, make: (fault: LastingFault) => One): LastingFault {
    const end = (): void => {
      rules.delete(rule);
      this.#mend();
    };
    const fault = this.faults.begin(kind, of, end);
    const rule = make(fault);
    rules.add(rule);
    return fault;
  }

  /** What vanished does not come back: who waits for it is reset when the fault has ended. */
  #mend(): void {
    const isSwallowed = (one: ProxiedConnection): boolean =>
      this.#swallow(one, 'up') !== undefined || this.#swallow(one, 'down') !== undefined;
    for (const one of this.#torn) if (!isSwallowed(one)) one.reset();
    if (this.#silences.size === 0) for (const socket of this.#unanswered) resetSocket(socket);
  }

  #chosen(connection: ProxiedConnection | undefined): readonly ProxiedConnection[] {
    return this.connections.filter((one) => connection === undefined || one === connection);
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    const refusal = first(this.#refusals, undefined);
    const silence = first(this.#silences, undefined);
    if (refusal !== undefined) this.#refuseOne(client, refusal);
    else if (silence !== undefined) this.#leaveUnanswered(client, silence);
    else this.#connect(client);
  }

  #refuseOne(client: Socket, refusal: Refusal): void {
    resetSocket(client);
    refusal.fault.hit();
    refusal.left -= 1;
    if (refusal.left <= 0) refusal.fault.end();
  }

  #leaveUnanswered(client: Socket, { fault }: Rule): void {
    fault.hit();
    this.#unanswered.add(client);
    client.resume();
    client.on('end', () => client.end());
    client.on('close', () => this.#unanswered.delete(client));
  }

  #connect(client: Socket): void {
    const { hostname, port } = this.#target;
    const server = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    const one = new ProxiedConnection(client, server);
    this.#accepted += 1;
    this.#connections.set(one, this.#tap?.(one));
    this.#listen(one, 'up', client, server);
    this.#listen(one, 'down', server, client);
  }

  #listen(one: ProxiedConnection, direction: Direction, from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => this.#pass(one, direction, bytes));
    from.on('end', () => {
      if (this.#swallow(one, direction) === undefined) one.end(direction, this.#delayMs(one));
      else this.#torn.add(one);
    });
    from.on('error', () => {
      if (this.#swallow(one, direction) === undefined) resetSocket(to);
    });
    from.on('close', () => {
      if (to.closed) this.#forget(one);
      else if (this.#swallow(one, direction) === undefined) to.destroySoon();
      else this.#torn.add(one); // the other side does not hear of it
    });
  }

  #forget(one: ProxiedConnection): void {
    this.#connections.delete(one);
    this.#torn.delete(one);
  }

  #pass(one: ProxiedConnection, direction: Direction, bytes: Buffer): void {
    const swallow = this.#swallow(one, direction);
    if (swallow !== undefined) {
      this.#torn.add(one);
      return swallow.fault.hit(bytes.length);
    }
    const tap = this.#connections.get(one);
    const out = tap === undefined ? bytes : tap[direction](bytes);
    if (out.length === 0) return;
    const cut = [...this.#cuts].find((rule) => concerns(rule, one) && (rule.direction ?? direction) === direction);
    if (cut === undefined) return one.write(direction, out, this.#delayMs(one, out.length));
    one.write(direction, out.subarray(0, cut.left), this.#delayMs(one, out.length));
    cut.left -= out.length;
    if (cut.left <= 0) this.#cut(cut);
  }

  #cut({ fault, only }: Rule): void {
    const hit = this.#chosen(only);
    for (const one of hit) one.reset();
    fault.hit(hit.length);
    fault.end();
  }

  #swallow(one: ProxiedConnection, direction: Direction): Rule | undefined {
    return [...this.#swallows].find((rule) => concerns(rule, one) && rule.directions.includes(direction));
  }

  #delayMs(one: ProxiedConnection, bytes = 0): number {
    const delay = first(this.#delays, one);
    delay?.fault.hit(bytes);
    return delay?.next() ?? 0;
  }
}

function concerns({ only }: Rule, one: ProxiedConnection | undefined): boolean {
  return only === undefined || only === one;
}

function first<Kind extends Rule>(rules: ReadonlySet<Kind>, one: ProxiedConnection | undefined): Kind | undefined {
  return [...rules].find((rule) => concerns(rule, one));
}
