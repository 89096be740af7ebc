import type { Socket } from 'node:net';

import { Flow } from './flow.ts';
import { resetSocket } from './reset-socket.ts';

/** `up` is from the client to the server, `down` from the server to the client. */
export type Direction = 'up' | 'down';

/** A client's connection to the server, which goes through the proxy. */
export class ProxiedConnection {
  readonly client: Socket;
  readonly server: Socket;
  readonly #flows: Readonly<Record<Direction, Flow>>;

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    this.#flows = { up: new Flow(client, server), down: new Flow(server, client) };
  }

  get isOpen(): boolean {
    return !this.client.destroyed && !this.server.destroyed;
  }

  /** Says something that the other side has not said, or that was held back. */
  write(direction: Direction, bytes: Buffer, delayMs = 0): void {
    this.#flows[direction].write(bytes, delayMs);
  }

  /** No more comes in that direction. */
  end(direction: Direction, delayMs = 0): void {
    this.#flows[direction].end(delayMs);
  }

  /** Resets both sides. */
  reset(): void {
    resetSocket(this.client);
    resetSocket(this.server);
  }
}
