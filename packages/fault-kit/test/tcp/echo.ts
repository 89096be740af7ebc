import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A server that says what it is told, with all that it has heard. */
export class EchoServer implements AsyncDisposable {
  readonly #listener = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  heard = '';
  /** How its connections ended, such as `end` or `ECONNRESET`. */
  readonly ends: string[] = [];

  static async open(): Promise<EchoServer> {
    const server = new EchoServer();
    server.#listener.listen(0, '127.0.0.1');
    await once(server.#listener, 'listening');
    return server;
  }

  get url(): string {
    return `echo://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('data', (bytes: Buffer) => {
      this.heard += String(bytes);
      socket.write(bytes);
    });
    socket.on('end', () => {
      this.ends.push('end');
      socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.ends.push(error.code ?? ''));
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** A client, and what became of it. */
export class EchoClient implements Disposable {
  readonly socket: Socket;
  heard = '';
  end = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => (this.heard += String(bytes)));
    socket.on('end', () => (this.end ||= 'end'));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.end ||= error.code ?? ''));
  }

  static async open(url: string): Promise<EchoClient> {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), noDelay: true });
    const client = new EchoClient(socket);
    await once(socket, 'connect');
    return client;
  }

  say(text: string): void {
    this.socket.write(text);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
