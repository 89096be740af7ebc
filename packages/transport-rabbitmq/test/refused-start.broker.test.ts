import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError, silentLogger } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { TcpProxy } from '@waybill/fault-kit';
import { describeOwn } from '@waybill/servers/vitest';
import { connect } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqOptions } from '../src/index.ts';
import { putUser, urlAs } from './support/management.ts';

const Work = defineCommand<{ readonly n: number }>('refused.work');
const Done = defineEvent<{ readonly n: number }>('refused.done');
const PASSWORD = 'Zq-secret-7';
/** None takes longer to be refused, on a busy machine either. */
const IN_TIME_MS = 5_000;

interface Refusal {
  readonly what: string;
  readonly code: string;
  /** What the error names: the thing, the cause, the way out. */
  readonly says: readonly RegExp[];
  /** The address, of the broker behind the proxy. */
  readonly url: (proxied: string) => string;
  readonly endpoint?: string;
  readonly provisioning?: 'apply' | 'validate' | 'assume' | undefined;
  readonly credentials?: RabbitmqOptions['credentials'] | undefined;
}

const as =
  (name: string, vhost?: string) =>
  (url: string): string =>
    urlAs(url, { name, password: PASSWORD }, vhost);

await describeOwn('rabbitmq', (server) => {
  let proxy: TcpProxy;
  let silent: Listener;
  let slow: Listener;
  let stranger: Listener;

  beforeAll(async () => {
    const { node } = server;
    proxy = await TcpProxy.open(node.url);
    silent = await Listener.open(() => undefined);
    slow = await Listener.open(saySlowly);
    stranger = await Listener.open((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await putUser(node.managementUrl, { name: 'all', password: PASSWORD });
    await putUser(node.managementUrl, { name: 'no-configure', password: PASSWORD, configure: '^$' });
    await putUser(node.managementUrl, { name: 'no-write', password: PASSWORD, write: '^$' });
    await putUser(node.managementUrl, { name: 'no-read', password: PASSWORD, read: '^$' });
    const bus = busOn(node.url, { endpoint: 'ready' });
    await bus.start();
    await bus.stop();
    const connection = await connect(node.url);
    await (await connection.createChannel()).assertQueue('taken', { durable: true, arguments: { 'x-max-length': 7 } });
    await connection.close();
  });

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await silent.close();
    await slow.close();
    await stranger.close();
  });

  it.each<Refusal>([
    {
      what: 'a wrong password',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/127\.0\.0\.1/, /user name or the password/, /Check the credentials/],
      url: (url) => urlAs(url, { name: 'all', password: `${PASSWORD}!` }),
    },
    {
      what: 'a virtual host that is not there',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/\/nowhere/, /virtual host/, /add_vhost/],
      url: as('all', 'nowhere'),
    },
    {
      what: 'a port where nobody listens',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/127\.0\.0\.1:1\b/, /Nothing listens/, /Check host and port/],
      url: () => 'amqp://127.0.0.1:1',
    },
    {
      what: 'a server that accepts and says nothing',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/127\.0\.0\.1/, /connectTimeout/, /Check the network/],
      url: () => silent.url,
    },
    {
      what: 'a server that says a byte now and then',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/127\.0\.0\.1/, /connectTimeout/, /Check the network/],
      url: () => slow.url,
    },
    {
      what: 'credentials that never come',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/127\.0\.0\.1/, /`credentials`/, /Check the function/],
      url: as('all'),
      credentials: () => new Promise(() => undefined),
    },
    {
      what: 'a server that speaks something else',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/127\.0\.0\.1/, /does not speak AMQP/, /Check host and port/],
      url: () => stranger.url,
    },
    {
      what: 'no right to configure',
      code: 'TOPOLOGY_REFUSED',
      says: [/"[\w.-]+"/, /ACCESS_REFUSED/, /`configure`/, /operator/],
      url: as('no-configure'),
    },
    {
      what: 'no right to write to where dead letters go',
      code: 'TOPOLOGY_REFUSED',
      says: [/queue "orders"/, /exchange 'amq\.default'/, /`write`/],
      url: as('no-write'),
    },
    {
      what: 'no right to read what is dead-lettered',
      code: 'TOPOLOGY_REFUSED',
      says: [/queue "orders"/, /queue 'orders' in vhost/, /`read`/],
      url: as('no-read'),
    },
    {
      what: 'no right to read a queue that is there',
      code: 'TRANSPORT_OPEN_FAILED',
      says: [/"ready"/, /read/, /Give it the permission `read`/],
      url: as('no-read'),
      endpoint: 'ready',
      provisioning: 'assume',
    },
    {
      what: 'a queue that is not there, and nobody may make',
      code: 'TOPOLOGY_DIFFERS',
      says: [/"absent"/, /provisioning/],
      url: as('all'),
      endpoint: 'absent',
      provisioning: 'validate',
    },
    {
      what: 'a queue that is not there, and nobody has looked for',
      code: 'TOPOLOGY_DIFFERS',
      says: [/"absent"/, /provisioning/],
      url: as('all'),
      endpoint: 'absent',
      provisioning: 'assume',
    },
    {
      what: 'a queue that somebody declared differently',
      code: 'TOPOLOGY_DIFFERS',
      says: [/queue "taken"/, /x-max-length: 7|x-queue-type: classic/, /was not changed/, /another name/],
      url: as('all'),
      endpoint: 'taken',
    },
  ])(
    'a start is refused in time, with a code and a way out: $what',
    async ({ code, says, url, endpoint: name = 'orders', provisioning, credentials }) => {
      const bus = busOn(url(proxy.url), { endpoint: name, provisioning, credentials });
      const begun = performance.now();
      const error: unknown = await bus.start().then(
        () => undefined,
        (refused: unknown) => refused,
      );
      expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
      if (!isBusError(error)) throw new Error(`no error of ours: ${String(error)}`);
      expect(error.code).toBe(code);
      for (const part of says) expect(error.message).toMatch(part);
      expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain(PASSWORD);
      expect(bus.state).toBe('stopped');
      await expect.poll(() => proxy.connections.length + silent.connections + slow.connections).toBe(0); // nothing keeps the process alive
    },
  );
});

function busOn(url: string, options: Pick<Refusal, 'provisioning' | 'credentials'> & { readonly endpoint: string }): Bus {
  const handlers = [handler(Work, () => undefined), handler(Done, () => undefined)];
  return createBus({
    name: 'refused',
    transport: rabbitmq({
      url,
      connectTimeout: '700ms',
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    }),
    endpoints: [endpoint(options.endpoint, { handlers })],
    provisioning: options.provisioning ?? 'apply',
    logger: silentLogger,
  });
}

/** The beginning of a frame, which never ends. */
function saySlowly(socket: Socket): void {
  const begun = Buffer.from([1, 0, 0, 0, 0, 4, 0]);
  socket.write(begun);
  const timer = setInterval(() => socket.write(Buffer.alloc(1)), 100);
  socket.on('close', () => clearInterval(timer));
}

/** A server that is no broker. */
class Listener {
  readonly #server: Server;
  #open = 0;

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#open += 1;
      socket.on('error', () => undefined);
      socket.on('close', () => (this.#open -= 1));
      socket.resume();
      onConnection(socket);
    });
  }

  static async open(onConnection: (socket: Socket) => void): Promise<Listener> {
    const listener = new Listener(onConnection);
    await new Promise<void>((resolve) => listener.#server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `amqp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#open;
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
