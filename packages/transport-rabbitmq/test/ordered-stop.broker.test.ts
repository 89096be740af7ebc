import { randomUUID } from 'node:crypto';
import type { Bus } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import type { GuardedTransport, ITransportDelivery } from '@waybill/core/transport';
import { HEADERS, guardTransport, systemRuntime } from '@waybill/core/transport';
import { describeServer } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';

const Move = defineCommand<{ readonly n: number }>('accounts.move');
const PATIENCE = { timeout: 20_000, interval: 5 };
const ROUNDS = 5;
const QUEUES = ['quorum', 'classic'] as const;

await describeServer('rabbitmq', (server) => {
  /** Two processes that share the lanes of an endpoint, and what they have done, in order. */
  const newAccounts = (queue: (typeof QUEUES)[number]) => {
    const log: string[] = [];
    const move = handler(Move, async ({ n }, { signal }) => {
      log.push(`${n} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      signal.throwIfAborted();
      log.push(`${n} is done`);
    });
    const name = `accounts.${randomUUID()}`;
    const accounts = endpoint(name, { handlers: [move], concurrency: 4, ordered: { onWait: 'pass' }, recovery: { maxCrashes: 0 } });
    const newBus = (): Bus =>
      createBus({
        name: 'accounts',
        transport: rabbitmq({ url: server.url, queue }),
        endpoints: [accounts],
        provisioning: 'apply',
        logger: silentLogger,
      });
    let sent = 0;
    const sends = async (by: Bus, count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) await by.send(Move, { n: (sent += 1) }, { to: name, partitionKey: 'one' });
    };
    const allAreDone = (): Promise<void> => expect.poll(() => log.length, PATIENCE).toBe(2 * sent);
    const inOrder = (): readonly string[] =>
      Array.from({ length: sent }, (_, index) => [`${index + 1} begins`, `${index + 1} is done`]).flat();
    return { name, log, newBus, sends, allAreDone, inOrder };
  };

  const openTransport = async (queue: (typeof QUEUES)[number]): Promise<GuardedTransport> => {
    const transport = guardTransport(rabbitmq({ url: server.url, queue }), { publishTimeoutMs: 8_000 });
    await transport.open({ runtime: systemRuntime({ logger: silentLogger }), onState: () => undefined });
    return transport;
  };

  it.each(QUEUES)(
    'a process that stops leaves its lanes in order, with nothing of them begun elsewhere before: %s queues',
    async (queue) => {
      const { log, newBus, sends, allAreDone, inOrder } = newAccounts(queue);
      let buses: readonly [Bus, Bus] = [newBus(), newBus()];
      for (const bus of buses) await bus.start();
      for (let round = 0; round < ROUNDS; round += 1) {
        const [stopping, other] = buses;
        await sends(other, 60);
        const stopped = stopping.stop(); // in the middle of its lane, on every second round at least
        await Promise.all([stopped, sends(other, 60)]);
        await allAreDone();
        const next = newBus();
        await next.start();
        buses = [other, next];
      }
      for (const bus of buses) await bus.stop();
      expect(log).toEqual(inOrder());
    },
    60_000,
  );

  it.each(QUEUES)(
    'so does one that is paused, and one that is paused and resumed at once, or whose concurrency changes, goes on: %s queues',
    async (queue) => {
      const { name, log, newBus, sends, allAreDone, inOrder } = newAccounts(queue);
      const buses = [newBus(), newBus()] as const;
      for (const bus of buses) await bus.start();
      for (let round = 0; round < ROUNDS; round += 1) {
        const [one, other] = round % 2 === 0 ? buses : ([buses[1], buses[0]] as const);
        await sends(other, 60);
        one.endpoint(name).setConcurrency(1);
        const paused = one.endpoint(name).pause();
        await Promise.all([paused, sends(other, 30)]);
        await allAreDone(); // by the other: it has the lane now
        await one.endpoint(name).resume();
        await sends(one, 60);
        one.endpoint(name).setConcurrency(20 + round); // more than was fetched until now
        for (const bus of buses) void bus.endpoint(name).pause();
        for (const bus of buses) void bus.endpoint(name).resume();
        await sends(one, 30);
        await allAreDone();
      }
      for (const bus of buses) await bus.stop();
      expect(log).toEqual(inOrder());
    },
    60_000,
  );

  it.each(QUEUES)(
    'what is given back comes again before all that was behind it, and nowhere before the rest in hand is settled: %s queues',
    async (queue) => {
      const name = `lanes.${randomUUID()}`;
      const lanes = {
        name,
        deadLetter: `${name}.dead-letter`,
        skipped: `${name}.skipped`,
        ordered: true,
        redeliveryDelaysMs: [],
        options: undefined,
      };
      const [one, other] = [await openTransport(queue), await openTransport(queue)];
      await one.topology.apply(one.topology.plan({ endpoints: [lanes], topics: [], subscriptions: [] }));
      const came: ITransportDelivery[] = [];
      const texts = (): readonly string[] => came.map(({ message }) => Buffer.from(message.body).toString());
      const send = async (text: string): Promise<void> => {
        const headers = new Map([[HEADERS.id, randomUUID()]]);
        await one.send([{ destination: { kind: 'endpoint', name }, headers, body: Buffer.from(text), partitionKey: 'one' }], {});
      };
      const again = (delivery: ITransportDelivery): unknown => (came.push(delivery) > 3 ? delivery.ack() : undefined);
      const receiver = one.receive(lanes, { prefetch: 4 }, again);
      await receiver.start();
      for (const text of ['1', '2', '3']) await send(text);
      await expect.poll(() => came.length, PATIENCE).toBe(3);
      await other.receive(lanes, { prefetch: 4 }, again).start();
      receiver.setPrefetch(3); // what is in hand stays there, and the lane with it
      for (const text of ['4', '5', '6', '7']) await send(text);
      for (const [at, delivery] of came.entries()) {
        void delivery.release();
        if (at < 2) await send(String(8 + at)); // the broker has heard of it by then
      }
      await expect.poll(() => came.length, PATIENCE).toBe(12);
      expect(texts().join(' ')).toBe('1 2 3 1 2 3 4 5 6 7 8 9');
      for (const transport of [one, other]) await transport.close();
    },
  );
});
