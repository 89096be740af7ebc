import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { type LastingFault, type ProxiedConnection, TcpProxy } from '../../src/index.ts';
import { EchoClient, EchoServer } from './echo.ts';

const PATIENCE = { timeout: 15_000, interval: 2 };
const MIB = 1024 * 1024;

let server: EchoServer;
let proxy: TcpProxy;
const clients: EchoClient[] = [];

beforeEach(async () => {
  server = await EchoServer.open();
  proxy = await TcpProxy.open(server.url);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A client that has heard its own name. */
async function openClient(name: string): Promise<EchoClient> {
  const client = await EchoClient.open(proxy.url);
  clients.push(client);
  client.say(name);
  await expect.poll(() => client.heard || client.end, PATIENCE).not.toBe('');
  expect(client.end).toBe('');
  await heard(client, name);
  client.heard = '';
  server.heard = '';
  return client;
}

const heard = (who: { readonly heard: string }, text: string): Promise<unknown> => expect.poll(() => who.heard, PATIENCE).toBe(text);
const ended = (client: EchoClient, how: string): Promise<unknown> => expect.poll(() => client.end, PATIENCE).toBe(how);
const only = (): ProxiedConnection => proxy.connections.at(-1) as ProxiedConnection;

it('without a fault it changes nothing, and ends with either side', async () => {
  const one = await openClient('one');
  const long = 'x'.repeat(1_000_000);
  one.say(long);
  await heard(one, long);
  one.socket.end('bye');
  await ended(one, 'end');
  expect(server.heard.endsWith('bye')).toBe(true);
  expect(server.ends).toEqual(['end']);
  await expect.poll(() => proxy.connections.length, PATIENCE).toBe(0);
  const two = await openClient('two');
  two.socket.resetAndDestroy();
  await expect.poll(() => server.ends, PATIENCE).toEqual(['end', 'ECONNRESET']);
  expect(proxy.accepted).toBe(2);
  expect(proxy.faults.faults).toEqual([]);
});

it('reads no faster than the other side takes it', async () => {
  const client = await openClient('full');
  client.socket.pause();
  const { client: inside, server: behind } = only();
  const piece = 'x'.repeat(MIB);
  let said = 0;
  const isFull = (): boolean => {
    if (client.socket.writableLength === 0) {
      client.say(piece); // until the sockets between have no room, however much they take
      said += MIB;
    }
    return inside.writableNeedDrain && behind.isPaused();
  };
  await expect.poll(isFull, PATIENCE).toBe(true);
  expect(inside.writableLength + behind.writableLength).toBeLessThan(MIB);
  client.socket.resume();
  await expect.poll(() => client.heard.length, PATIENCE).toBe(said);
});

it('reset: both sides are told that the connection is lost', async () => {
  expect(proxy.reset()).toBe(0);
  expect(proxy.faults.happened('reset')).toBe(0);
  const [one, two] = [await openClient('one'), await openClient('two')];
  expect(proxy.reset(only())).toBe(1);
  await ended(two, 'ECONNRESET');
  expect(one.end).toBe('');
  expect(proxy.reset()).toBe(1);
  expect(proxy.reset()).toBe(0);
  await ended(one, 'ECONNRESET');
  await expect.poll(() => server.ends, PATIENCE).toEqual(['ECONNRESET', 'ECONNRESET']);
  expect([proxy.faults.happened('reset'), proxy.faults.hits('reset')]).toEqual([2, 2]);
});

it('end: both sides hear that nothing more comes', async () => {
  const [one, two] = [await openClient('one'), await openClient('two')];
  const { client: inside, server: behind } = only();
  expect(proxy.end(only())).toBe(1);
  expect([inside.writableEnded, behind.writableEnded]).toEqual([true, true]);
  await ended(two, 'end');
  expect(one.end).toBe('');
  await expect.poll(() => proxy.connections.length, PATIENCE).toBe(1); // each side has answered
  expect(proxy.end()).toBe(1);
  await ended(one, 'end');
  await expect.poll(() => server.ends, PATIENCE).toEqual(['end', 'end']);
  expect(proxy.faults.hits('end')).toBe(2);
});

it('end, and reset at once: both sides are closed', async () => {
  await openClient('one');
  const { client: inside, server: behind } = only();
  const errors: unknown[] = [];
  for (const socket of [inside, behind]) socket.on('error', (error) => errors.push(error));
  expect([proxy.end(), proxy.reset()]).toEqual([1, 1]);
  await expect.poll(() => [inside.closed, behind.closed], PATIENCE).toEqual([true, true]);
  expect(errors).toEqual([]); // one that Node could not reset would be there for ever
});

it('black hole: bytes vanish both ways while the sockets stay open, and what has lost some is reset at the end', async () => {
  const [one, two] = [await openClient('one'), await openClient('two')];
  const fault = proxy.blackHole(only());
  expect(proxy.faults.happened('black-hole')).toBe(0);
  two.say('lost');
  one.say('kept');
  await heard(one, 'kept');
  await expect.poll(() => fault.hits, PATIENCE).toBe(4);
  only().server.emit('data', Buffer.from('from the server'));
  expect(fault.hits).toBe(19);
  expect([server.heard, two.heard, two.end]).toEqual(['kept', '', '']);
  fault.end();
  await ended(two, 'ECONNRESET');
  one.say('!');
  await heard(one, 'kept!');
  expect(proxy.faults.hits('black-hole')).toBe(19);
});

it('black hole: the server does not hear that its client has gone', async () => {
  const client = await openClient('one');
  const fault = proxy.blackHole();
  client.socket.resetAndDestroy();
  await expect.poll(() => proxy.connections.length, PATIENCE).toBe(0);
  expect([server.ends, server.connections]).toEqual([[], 1]);
  fault.end();
  await expect.poll(() => server.ends, PATIENCE).toEqual(['ECONNRESET']);
});

it('drop down: the server hears everything, and its answers vanish', async () => {
  const client = await openClient('one');
  const fault = proxy.dropDown();
  client.say('question');
  await heard(server, 'question');
  await expect.poll(() => fault.hits, PATIENCE).toBe(8);
  expect([client.heard, client.end]).toEqual(['', '']);
  fault.end();
  await ended(client, 'ECONNRESET');
});

it.each<{ readonly begin: () => LastingFault; readonly serverHears: string; readonly clientHears: string; readonly what: string }>([
  { what: 'up', begin: () => proxy.cutAfter(3, { direction: 'up' }), serverHears: 'abc', clientHears: '' },
  { what: 'down', begin: () => proxy.cutAfter(4, { direction: 'down' }), serverHears: 'abcdef', clientHears: 'abcd' },
  { what: 'both together', begin: () => proxy.cutAfter(8), serverHears: 'abcdef', clientHears: 'ab' },
  { what: 'of one connection', begin: () => proxy.cutAfter(8, { connection: only() }), serverHears: 'abcdef', clientHears: 'ab' },
])('cut after n bytes, $what', async ({ begin, serverHears, clientHears }) => {
  const client = await openClient('one');
  const fault = begin();
  expect(proxy.faults.happened('cut')).toBe(0);
  client.say('abcdef');
  await ended(client, 'ECONNRESET');
  await heard(server, serverHears);
  expect(client.heard === clientHears || clientHears === '').toBe(true);
  expect([fault.hits, proxy.faults.happened('cut')]).toEqual([1, 1]);
  const again = await openClient('two');
  again.say('goes on');
  await heard(again, 'goes on');
});

it('cut after n bytes: ended before, it has not happened', async () => {
  const client = await openClient('one');
  const fault = proxy.cutAfter(100);
  client.say('few');
  await heard(client, 'few');
  fault.end();
  client.say('x'.repeat(200));
  await heard(client, `few${'x'.repeat(200)}`);
  expect(proxy.faults.happened('cut')).toBe(0);
});

it('delay: bytes come later, in their order, also when the delays differ', async () => {
  const client = await openClient('one');
  const delays = [1, 0.2, 0, 0.5];
  const fault = proxy.delay({ ms: 20, jitterMs: 40, random: () => delays.shift() ?? 0 });
  const begun = performance.now();
  for (const text of ['a', 'b', 'c']) {
    client.say(text);
    await heard(server, 'abc'.slice(0, 'abc'.indexOf(text) + 1));
  }
  await heard(client, 'abc');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(60);
  expect(fault.hits).toBe(6);
  fault.end();
  client.say('d');
  await heard(client, 'abcd');
  expect(fault.hits).toBe(6);
});

it('accept silently: new connections are made and never answered', async () => {
  const before = await openClient('before');
  const fault = proxy.acceptSilently();
  const silent = await EchoClient.open(proxy.url);
  clients.push(silent);
  silent.say('hello?');
  before.say('still here');
  await heard(before, 'still here');
  await vi.waitFor(() => expect(fault.hits).toBe(1), PATIENCE);
  expect([silent.heard, silent.end, server.connections]).toEqual(['', '', 1]);
  fault.end();
  await ended(silent, 'ECONNRESET');
  await openClient('after');
  expect(proxy.faults.happened('accept-silently')).toBe(1);
});

it('refuse: new connections are reset, for good or some', async () => {
  const before = await openClient('before');
  const isRefused = (): Promise<unknown> => expect(openClient('refused')).rejects.toThrow(/ECONNRESET/);
  const fault = proxy.refuse(2);
  await isRefused();
  await isRefused();
  expect([fault.hits, before.end]).toEqual([2, '']);
  await openClient('after');
  const lasting = proxy.refuse();
  await isRefused();
  await isRefused();
  await isRefused();
  lasting.end();
  await openClient('at last');
  expect([proxy.faults.happened('refuse'), proxy.faults.hits('refuse')]).toEqual([2, 5]);
});

it('a protocol may look into the stream, hold back, change and add', async () => {
  await using tapped = await TcpProxy.open(server.url, {
    faults: proxy.faults,
    tap: (connection) => ({
      up: (bytes) => Buffer.from(String(bytes).toUpperCase()),
      down: (bytes) => {
        if (String(bytes) === 'HOLD') return Buffer.alloc(0);
        connection.write('down', Buffer.from('> '));
        return bytes;
      },
    }),
  });
  using client = await EchoClient.open(tapped.url);
  client.say('hold');
  await heard(server, 'HOLD');
  client.say('go');
  await heard(client, '> GO');
  expect(server.heard).toBe('HOLDGO');
});

it('names what it needs', async () => {
  await expect(TcpProxy.open('echo://127.0.0.1')).rejects.toThrow('"127.0.0.1" names no port');
});
