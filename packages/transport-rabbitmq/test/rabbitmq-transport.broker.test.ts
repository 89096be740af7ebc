import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBus, defineQuery, endpoint, handler } from '@waybill/core';
import type {
  EndpointTopology,
  GuardedTransport,
  IMessageTransport,
  ITransportDelivery,
  SendOutcome,
  TransportEntry,
  TransportState,
} from '@waybill/core/transport';
import { HEADERS, guardTransport, isBusError, silentLogger, systemRuntime } from '@waybill/core/transport';
import { describeServer } from '@waybill/servers/vitest';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqEndpointOptions, RabbitmqOptions } from '../src/index.ts';
import { FaultProxy } from './support/fault-proxy.ts';

const runtime = systemRuntime({ logger: silentLogger });
const LONG = { timeout: 10_000, interval: 20 };

await describeServer('rabbitmq', (server) => {
  const open: { close(): Promise<void> }[] = [];
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await FaultProxy.listen(server.url);
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await proxy.close();
  });

  const openTransport = async (options: RabbitmqOptions = {}, states: TransportState[] = []): Promise<GuardedTransport> => {
    const transport = guardTransport(rabbitmq({ url: proxy.url, queue: 'classic', ...options }), { publishTimeoutMs: 8_000 });
    open.push(transport);
    await transport.open({ runtime, onState: (state) => void states.push(state) });
    return transport;
  };
  const refusalOf = async (options: RabbitmqOptions): Promise<Error> => {
    try {
      await openTransport(options);
    } catch (error) {
      if (isBusError(error, 'TRANSPORT_OPEN_FAILED')) return error as Error;
      throw error;
    }
    throw new Error('it opened');
  };
  const endpointOf = (options?: RabbitmqEndpointOptions): EndpointTopology => {
    const name = `e-${randomUUID()}`;
    return {
      name,
      deadLetter: `${name}.dead-letter`,
      skipped: `${name}.skipped`,
      ordered: false,
      redeliveryDelaysMs: [],
      options: options === undefined ? undefined : rabbitmq.endpoint(options),
    };
  };
  const declare = async (
    transport: IMessageTransport,
    endpoints: readonly EndpointTopology[],
    topics: readonly string[] = [],
  ): Promise<void> =>
    transport.topology.apply(transport.topology.plan({ endpoints, topics: topics.map((name) => ({ name })), subscriptions: [] }));
  const admin = async (
    work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>) => Promise<unknown>,
  ): Promise<void> => {
    const connection = await connect(server.url);
    try {
      await work(await connection.createChannel());
    } finally {
      await connection.close();
    }
  };
  const command = (name: string, text = 'text'): TransportEntry => ({
    destination: { kind: 'endpoint', name },
    headers: new Map([[HEADERS.id, randomUUID()]]),
    body: Buffer.from(text),
  });
  const event = (name: string): TransportEntry => ({ ...command(name), destination: { kind: 'topic', name } });
  const shown = (outcomes: readonly SendOutcome[]): readonly string[] =>
    outcomes.map((outcome) =>
      outcome.status === 'rejected' ? `${outcome.code}${outcome.retryable ? ', retryable' : ''}` : outcome.status,
    );

  describe('an open', () => {
    it('with a wrong password fails at once and says what to check, without the password', async () => {
      const error = await refusalOf({ credentials: { username: 'guest', password: 'not-the-password' } });
      expect(error.message).toContain('Check the credentials');
      expect(`${error.message} ${String(error.cause)}`).not.toContain('not-the-password');
    });

    it('with credentials that one node refuses is not tried at the next, which has the same', async () => {
      let asked = 0;
      const credentials = () => {
        asked += 1;
        return { username: 'guest', password: 'not-the-password' };
      };
      await refusalOf({ url: [proxy.url, proxy.url], credentials });
      expect(asked).toBe(1);
    });

    it('of a virtual host that is not there fails at once and says how to make it', async () => {
      const url = new URL(proxy.url);
      url.pathname = `/no-${randomUUID()}`;
      expect((await refusalOf({ url: url.href })).message).toContain('rabbitmqctl add_vhost');
    });

    it('where nobody listens names the address', async () => {
      const { message } = await refusalOf({ url: 'amqp://user:secret@127.0.0.1:1' });
      expect(message).toContain('amqp://127.0.0.1:1');
      expect(message).not.toContain('secret');
    });

    it('tries the next address of a cluster', async () => {
      const states: TransportState[] = [];
      await openTransport({ url: ['amqp://127.0.0.1:1', proxy.url] }, states);
      expect(states).toEqual([{ status: 'connected' }]);
    });
  });

  it('asks for the credentials again at each connect', async () => {
    const { username, password } = new URL(server.url);
    let asked = 0;
    const credentials = () => {
      asked += 1;
      return Promise.resolve({ username: decodeURIComponent(username), password: decodeURIComponent(password) });
    };
    const states: TransportState[] = [];
    await openTransport({ credentials }, states);
    expect(asked).toBe(1);
    await proxy.inject('cut');
    await vi.waitFor(() => expect(states.map(({ status }) => status)).toEqual(['connected', 'reconnecting', 'connected']), LONG);
    expect(asked).toBe(2);
  });

  it('retries with credentials that are refused while it runs, says so, and comes back when they are good again', async () => {
    const states: TransportState[] = [];
    const transport = await openTransport({}, states);
    const to = endpointOf();
    await declare(transport, [to]);
    const fault = await proxy.inject('revoke-credentials');
    await vi.waitFor(
      () => expect(states.at(-1)).toMatchObject({ status: 'reconnecting', reason: expect.stringContaining('Check the credentials') }),
      LONG,
    );
    await fault.end();
    await vi.waitFor(() => expect(states.at(-1)).toEqual({ status: 'connected' }), LONG);
    expect(shown(await transport.send([command(to.name)], {}))).toEqual(['accepted']);
  });

  describe('a publish that the broker does not take', () => {
    it('to a topic that is not there is UNROUTABLE, and harms none beside it', async () => {
      const transport = await openTransport();
      const to = endpointOf();
      await declare(transport, [to]);
      const outcomes = await transport.send([command(to.name), event(`no-${randomUUID()}`), command(to.name)], {});
      expect(shown(outcomes)).toEqual(['accepted', 'UNROUTABLE', 'accepted']);
    });

    it('to a topic that was deleted meanwhile is UNROUTABLE, and sending goes on by a new channel', async () => {
      const transport = await openTransport();
      const to = endpointOf();
      const topic = `t-${randomUUID()}`;
      await declare(transport, [to], [topic]);
      expect(shown(await transport.send([event(topic)], {}))).toEqual(['accepted']);
      await admin((channel) => channel.deleteExchange(topic));
      expect(shown(await transport.send([event(topic)], {}))).toEqual(['UNROUTABLE']);
      expect(shown(await transport.send([command(to.name), event(topic)], {}))).toEqual(['accepted', 'UNROUTABLE']);
    });

    it('to a queue that is full is rejected, retryable, and nothing is dropped', async () => {
      const transport = await openTransport();
      const to = endpointOf({ maxLength: 1 });
      await declare(transport, [to]);
      const outcomes: string[] = [];
      for (let n = 0; n < 3; n += 1) outcomes.push(...shown(await transport.send([command(to.name, `${n}`)], {})));
      expect(outcomes).toEqual(['accepted', 'SEND_REJECTED, retryable', 'SEND_REJECTED, retryable']);
      const [first] = await arrivals(transport, to, 1);
      expect(Buffer.from(first?.message.body ?? []).toString()).toBe('0');
    });

    it('with headers that fit by their bytes, but not with their frames, is HEADERS_TOO_LARGE, and sending goes on', async () => {
      const transport = await openTransport();
      const to = endpointOf();
      await declare(transport, [to]);
      const headers = new Map(Array.from({ length: 10_000 }, (_, n) => [n.toString(36), '']));
      expect(shown(await transport.send([{ ...command(to.name), headers }, command(to.name)], {}))).toEqual([
        'HEADERS_TOO_LARGE',
        'accepted',
      ]);
    });
  });

  it('declares a queue again that was deleted under its consumer, and goes on receiving', async () => {
    const transport = await openTransport();
    const to = endpointOf();
    await declare(transport, [to]);
    const arrived = await receive(transport, to);
    await admin((channel) => channel.deleteQueue(to.name));
    await vi.waitFor(async () => expect(shown(await transport.send([command(to.name)], {}))).toEqual(['accepted']), LONG);
    await vi.waitFor(() => expect(arrived.length).toBeGreaterThan(0), LONG);
  });

  it('has no more messages on their way than the window, and the others leave in order as confirms come', async () => {
    const transport = await openTransport({ confirmWindow: 5 });
    const to = endpointOf();
    await declare(transport, [to]);
    const fault = await proxy.inject('hold-confirm');
    const sending = transport.send(
      Array.from({ length: 100 }, (_, n) => command(to.name, `${n}`)),
      {},
    );
    await vi.waitFor(() => expect(proxy.published).toBe(5), LONG);
    for (let turn = 0; turn < 100; turn += 1) await runtime.yield();
    expect(proxy.published).toBe(5);
    await fault.end();
    expect(new Set(shown(await sending))).toEqual(new Set(['accepted']));
    const texts = (await arrivals(transport, to, 100)).map(({ message }) => Buffer.from(message.body).toString());
    expect(texts).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
  });

  it('asks and answers by a new address after the connection was lost', async () => {
    const Ask = defineQuery<{ readonly n: number }, { readonly n: number }>('rabbit.ask');
    const bus = createBus({
      name: 'asks',
      provisioning: 'apply',
      runtime,
      transport: rabbitmq({ url: proxy.url, queue: 'classic' }),
      endpoints: [endpoint(`e-${randomUUID()}`, { handlers: [handler(Ask, ({ n }) => ({ n: n + 1 }))] })],
    });
    open.push({ close: () => bus.stop() });
    await bus.start();
    expect(await bus.request(Ask, { n: 1 })).toEqual({ n: 2 });
    await proxy.inject('cut');
    expect(proxy.happened('cut')).toBe(1);
    await vi.waitFor(async () => expect(await bus.request(Ask, { n: 2 }, { timeout: '1s' })).toEqual({ n: 3 }), LONG);
  });

  const receive = async (transport: IMessageTransport, from: EndpointTopology): Promise<ITransportDelivery[]> => {
    const arrived: ITransportDelivery[] = [];
    const receiver = transport.receive(from, { prefetch: 10 }, (delivery) => {
      arrived.push(delivery);
      void delivery.ack();
    });
    await receiver.start();
    return arrived;
  };
  const arrivals = async (transport: IMessageTransport, from: EndpointTopology, count: number): Promise<readonly ITransportDelivery[]> => {
    const arrived = await receive(transport, from);
    await vi.waitFor(() => expect(arrived).toHaveLength(count), LONG);
    return arrived;
  };
});
