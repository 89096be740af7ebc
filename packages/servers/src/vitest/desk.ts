import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ServerPool } from '../server-pool.ts';
import { textOf } from '../text-of.ts';

/** What a worker asks the desk for. */
export type DeskRequest =
  | { readonly ask: 'find'; readonly server: string }
  | { readonly ask: 'make-space'; readonly server: string; readonly label: string }
  | { readonly ask: 'remove-space'; readonly id: string }
  | { readonly ask: 'note-missing'; readonly server: string; readonly problem: string };

/** Hands out the servers of a run to its workers, which may be other processes. */
export class Desk {
  readonly #pool: ServerPool;
  readonly #http: Server;
  readonly #missing = new Map<string, string>();

  constructor(pool: ServerPool) {
    this.#pool = pool;
    this.#http = createServer((request, response) => {
      this.#read(request).then(
        (answer) => response.end(JSON.stringify(answer ?? {})),
        (error: unknown) => response.writeHead(500).end(textOf(error)),
      );
    });
  }

  /** Why tests that start a server of their own are not run, by server. */
  get missing(): ReadonlyMap<string, string> {
    return this.#missing;
  }

  /** Resolves with the address at which workers ask. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #read(request: IncomingMessage): Promise<unknown> {
    return this.#answer(JSON.parse(await readAll(request)) as DeskRequest);
  }

  async #answer(request: DeskRequest): Promise<unknown> {
    switch (request.ask) {
      case 'find':
        return this.#pool.find(request.server);
      case 'make-space':
        return this.#pool.makeSpace(request.server, request.label);
      case 'remove-space':
        return this.#pool.removeSpace(request.id);
      case 'note-missing':
        return void this.#missing.set(request.server, request.problem);
      default:
        return request satisfies never;
    }
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
