import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { PeerFrame } from './amqp-codec.ts';
import { PeerBroker } from './peer-broker.ts';
import { PeerLink } from './peer-link.ts';

/** What is done instead of the answer of a broker; `link` is the connection that it came by. */
export type PeerRule = (frame: PeerFrame, link: PeerLink) => void;

/** Speaks AMQP to a client as a broker would, but where a script says otherwise. */
export class ScriptedPeer {
  readonly broker = new PeerBroker();
  /** The names of what has come, in order. */
  readonly heard: string[] = [];
  readonly links = new Set<PeerLink>();
  /** Told of each connection that is accepted, before anything is said. */
  onAccept: (link: PeerLink) => void = () => undefined;
  readonly #rules = new Map<string, PeerRule>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer();
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get url(): string {
    return `amqp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on that frame is answered by the rule, each time. */
  on(name: string, rule: PeerRule): this {
    this.#rules.set(name, rule);
    return this;
  }

  /** The next one only. */
  once(name: string, rule: PeerRule): this {
    return this.on(name, (frame, link) => {
      this.#rules.delete(name);
      rule(frame, link);
    });
  }

  /** Answers as a broker again. */
  behave(): void {
    this.#rules.clear();
    this.onAccept = () => undefined;
    this.broker.onPublish = (publish) => this.broker.take(publish);
  }

  /** How often that has come. */
  count(name: string): number {
    return this.heard.filter((one) => one === name).length;
  }

  /** Ends all connections at once. */
  reset(): void {
    for (const link of this.links) link.reset();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.reset();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const link = new PeerLink(
      socket,
      (frame) => this.#heard(frame, link),
      () => {
        this.links.delete(link);
        this.broker.forget(link);
      },
    );
    this.links.add(link);
    this.onAccept(link);
  }

  #heard(frame: PeerFrame, link: PeerLink): void {
    this.heard.push(frame.name);
    const rule = this.#rules.get(frame.name);
    if (rule === undefined) this.broker.answer(frame, link);
    else rule(frame, link);
  }
}
