import type { EndpointTopology, Topology } from '@waybill/core/transport';
import { describeServer } from '@waybill/servers/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DELAY_UNIT_MS, delayRoute } from '../../src/topology/delay-ladder.ts';
import type { QueueType } from '../../src/topology/endpoint-options.ts';
import { rabbitmqEndpoint } from '../../src/topology/endpoint-options.ts';
import { LOST_DELAYED, ROUTE_EXCHANGE } from '../../src/topology/entity-names.ts';
import { routingKey, slotOf } from '../../src/topology/routing-keys.ts';
import { BrokerAccess } from './broker-access.ts';
import { endpointOf, topologyOf } from './topology-of.ts';

/** So many messages are over any limit of one. */
const MANY = 1_000;

await describeServer('rabbitmq', (server) => {
  let broker: BrokerAccess;
  beforeAll(async () => {
    broker = await BrokerAccess.open(server.url);
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  const named = (name: string, overrides: Partial<EndpointTopology> = {}): EndpointTopology =>
    endpointOf(`${server.prefix}${name}`, overrides);

  describe.each<QueueType>(['classic', 'quorum'])('endpoints in %s queues', (queue) => {
    const shop = (): { readonly topology: Topology; readonly mail: string; readonly stock: string; readonly topic: string } => {
      const [mail, stock] = [named(`${queue}.mail`), named(`${queue}.stock`, { ordered: true })];
      const topic = `${server.prefix}${queue}.paid`;
      const subscriptions = [mail, stock].map(({ name }) => ({ topic, endpoint: name }));
      const topology = topologyOf({ endpoints: [mail, stock], topics: [{ name: topic }], subscriptions, owner: 'tests' });
      return { topology, mail: mail.name, stock: stock.name, topic };
    };

    it('are missing, are applied by ten at once, and then nothing differs', async () => {
      const { topology } = shop();
      const port = broker.topology({ queue });
      const plan = port.plan(topology);
      const own = plan.entities.filter(({ name }) => name.includes(`${queue}.`));
      const missing = (await port.compare(plan)).filter(({ kind }) => kind === 'missing').map(({ entity }) => entity.name);
      expect(missing).toEqual(expect.arrayContaining(own.map(({ name }) => name)));
      expect((await port.compare(plan)).length).toBe(missing.length); // `compare` has made nothing
      await Promise.all(Array.from({ length: 10 }, () => port.apply(plan)));
      expect(await port.compare(plan)).toEqual([]);
    });

    it('get commands, with a key in the queue of its slot, and every event once', async () => {
      const { topology, mail, stock, topic } = shop();
      const port = broker.topology({ queue });
      await port.apply(port.plan(topology));
      const lane = `${stock}.lane-${slotOf('customer-1') % 8}`;
      await broker.publish('', mail, 'command');
      await broker.publish(ROUTE_EXCHANGE, routingKey({ kind: 'endpoint', name: mail }, 'customer-1'), 'command with a key');
      await broker.publish(ROUTE_EXCHANGE, routingKey({ kind: 'endpoint', name: stock }, 'customer-1'), 'command with a key');
      await broker.publish(topic, routingKey({ kind: 'topic', name: topic }, 'customer-1'), 'event with a key');
      await broker.publish(topic, routingKey({ kind: 'topic', name: topic }, undefined), 'event');
      await broker.publish(topic, 'whatever others write', 'foreign event');
      const texts = async (name: string, count: number): Promise<readonly string[]> =>
        (await broker.arrivals(name, count)).map(({ text }) => text);
      expect(await texts(mail, 5)).toEqual(['command', 'command with a key', 'event with a key', 'event', 'foreign event']);
      expect(await texts(lane, 2)).toEqual(['command with a key', 'event with a key']);
      expect(await texts(stock, 2)).toEqual(['event', 'foreign event']);
    });

    it('dead-letter by the broker what it takes out itself', async () => {
      const short = named(`${queue}.short`, { options: rabbitmqEndpoint({ queue, timeToLive: 1 }) });
      const port = broker.topology({ queue });
      await port.apply(port.plan(topologyOf({ endpoints: [short], addition: false })));
      await broker.publish('', short.name, 'late');
      expect((await broker.arrivals(short.deadLetter, 1))[0]?.text).toBe('late');
    });

    it('refuse what is over their limit, and drop nothing', async () => {
      const full = named(`${queue}.full`, { options: rabbitmqEndpoint({ queue, maxLength: 1 }) });
      const port = broker.topology({ queue });
      await port.apply(port.plan(topologyOf({ endpoints: [full] })));
      let accepted = 0;
      const refusal = await (async () => {
        for (; accepted < MANY; accepted += 1) await broker.publish('', full.name, String(accepted));
      })().catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(Error); // quorum queues count a little late
      expect(await broker.waiting(full.name)).toBe(accepted);
      expect((await broker.arrivals(full.name, 1))[0]?.text).toBe('0');
    });
  });

  describe('a conflict', () => {
    it('names every setting that differs, changes nothing that is there, binds nothing, and harms no other channel', async () => {
      const name = `${server.prefix}conflict`;
      const orders = endpointOf(name);
      const port = broker.topology();
      await port.apply(port.plan(topologyOf({ endpoints: [orders] })));
      const wanted = { ...orders, options: rabbitmqEndpoint({ queue: 'classic', maxLength: 5 }) };
      const topic = `${name}.topic`;
      const conflict = port.plan(
        topologyOf({ endpoints: [wanted], topics: [{ name: topic }], subscriptions: [{ topic, endpoint: name }], addition: true }),
      );
      const error = await port.apply(conflict).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TOPOLOGY_DIFFERS' });
      expect(String(error)).toContain(`queue "${name}" is there with \`x-queue-type: quorum\`; \`x-queue-type: classic\` is wanted`);
      expect(String(error)).toContain(`queue "${name}" is there with \`x-max-length: none\`; \`x-max-length: 5\` is wanted`);
      const differences = await port.compare(conflict);
      const settings = differences
        .filter(({ entity }) => entity.name === name)
        .map(({ setting, wanted: want, actual }) => [setting, want, actual]);
      expect(settings).toEqual(
        expect.arrayContaining([
          ['x-queue-type', 'classic', 'quorum'],
          ['x-max-length', '5', 'none'],
          ['x-dead-letter-strategy', 'none', 'at-least-once'],
        ]),
      );
      expect(await port.compare(port.plan(topologyOf({ endpoints: [orders], addition: true })))).toEqual([]);
      await broker.publish(topic, 'event', 'to nobody'); // the topic was made
      expect(await broker.waiting(name)).toBe(0); // and nothing bound to it
      expect(broker.errors).toEqual([]);
    });

    it.each([
      ['an endpoint that becomes ordered', {}, { ordered: true }, 'x-single-active-consumer'],
      [
        'another number of lane queues',
        { ordered: true },
        { ordered: true, options: rabbitmqEndpoint({ laneQueues: 4 }) },
        'alternate-exchange',
      ],
    ] as const)('is %s: it would get messages twice', async (what, before, after, setting) => {
      const name = `${server.prefix}${what.replaceAll(' ', '-')}`;
      const port = broker.topology();
      await port.apply(port.plan(topologyOf({ endpoints: [endpointOf(name, before)] })));
      const error = await port.apply(port.plan(topologyOf({ endpoints: [endpointOf(name, after)] }))).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TOPOLOGY_DIFFERS', details: { setting } });
    });

    it('is a topic that nobody has made, for a subscription to it', async () => {
      const port = broker.topology();
      const orders = named('lonely');
      const plan = port.plan(
        topologyOf({ endpoints: [orders], subscriptions: [{ topic: `${server.prefix}nowhere`, endpoint: orders.name }] }),
      );
      const error = await port.apply(plan).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TOPOLOGY_DIFFERS' });
      expect(String(error)).toContain('nowhere');
    });

    it('is a setting that the broker does not know: refused, with what it says', async () => {
      const port = broker.topology();
      const wrong = {
        kind: 'queue',
        name: `${server.prefix}wrong`,
        settings: { durable: true, 'x-queue-type': 'classic', 'x-delivery-limit': 5 },
      };
      const error = await port.apply({ entities: [wrong] }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TOPOLOGY_REFUSED', details: { entity: wrong.name } });
      expect(String(error)).toContain("invalid arg 'x-delivery-limit'");
    });
  });

  describe('the delay ladder', () => {
    it('delivers never early, and late by less than a second, in any mixture, to endpoints and topics', async () => {
      const delayed = named('delayed');
      const topic = `${server.prefix}delayed.topic`;
      const port = broker.topology();
      const subscriptions = [{ topic, endpoint: delayed.name }];
      await port.apply(port.plan(topologyOf({ endpoints: [delayed], topics: [{ name: topic }], subscriptions })));
      const delays = [3_300, 1, 250, 1_000, 700, 1_300, 2_001];
      for (const delayMs of delays) {
        const place = delayMs % 2 === 0 ? ({ kind: 'endpoint', name: delayed.name } as const) : ({ kind: 'topic', name: topic } as const);
        const route = delayRoute(routingKey(place, undefined), delayMs);
        await broker.publish(
          route?.exchange as string,
          route?.routingKey as string,
          JSON.stringify({ delayMs, dueAt: Date.now() + delayMs }),
        );
      }
      const arrived = await broker.arrivals(delayed.name, delays.length);
      for (const { text, at } of arrived) {
        const { delayMs, dueAt } = JSON.parse(text) as { readonly delayMs: number; readonly dueAt: number };
        expect(at, `after ${delayMs} ms`).toBeGreaterThanOrEqual(dueAt - 5); // the confirm was awaited, not the arrival
        expect(at - dueAt, `after ${delayMs} ms`).toBeLessThan(1_000);
      }
    });

    it('takes the longest delay', async () => {
      const port = broker.topology();
      await port.apply(port.plan(topologyOf({})));
      const route = delayRoute(routingKey({ kind: 'endpoint', name: 'far' }, undefined), (2 ** 30 - 1) * DELAY_UNIT_MS);
      await broker.publish(route?.exchange as string, route?.routingKey as string, 'far');
      expect(await broker.waiting('waybill.delay.level-29')).toBeGreaterThan(0);
    });

    it('keeps what has no place any more when it is due, and holds up nothing', async () => {
      const port = broker.topology();
      await port.apply(port.plan(topologyOf({})));
      const route = delayRoute(routingKey({ kind: 'endpoint', name: 'gone' }, undefined), 250);
      await broker.publish(route?.exchange as string, route?.routingKey as string, 'nobody is there');
      expect((await broker.arrivals(LOST_DELAYED, 1))[0]?.text).toBe('nobody is there');
    });
  });

  describe('a temporary endpoint', () => {
    it('is removed with what it holds, its dead letters stay', async () => {
      const one = named('prices.1a', {
        temporary: true,
        deadLetter: `${server.prefix}prices.dead-letter`,
        skipped: `${server.prefix}prices.skipped`,
      });
      const port = broker.topology();
      const plan = port.plan(topologyOf({ endpoints: [one] }));
      await port.apply(plan);
      await broker.publish('', one.name, 'not handled');
      await port.removeTemporary();
      const missing = (await port.compare(plan)).filter(({ entity }) => entity.kind === 'queue').map(({ entity }) => entity.name);
      expect(missing).toEqual([one.name]);
      await port.removeTemporary();
    });
  });

  it('prune says that it needs the management API, where it has none', async () => {
    const port = broker.topology();
    await expect(port.prune(port.plan(topologyOf({ owner: 'tests' })))).rejects.toMatchObject({ code: 'CAPABILITY_NOT_SUPPORTED' });
  });
});
