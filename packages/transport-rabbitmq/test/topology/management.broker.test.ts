import type { TopologyPlan } from '@waybill/core/transport';
import { createBus, endpoint } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { rabbitmq } from '@waybill/transport-rabbitmq';
import { describeOwn } from '@waybill/servers/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrokerListing } from '../../src/topology/broker-listing.ts';
import { rabbitmqEndpoint } from '../../src/topology/endpoint-options.ts';
import { managementListing } from '../../src/topology/management-listing.ts';
import { RabbitmqTopology } from '../../src/topology/rabbitmq-topology.ts';
import type { TopologyChannel } from '../../src/topology/topology-channel.ts';
import { BrokerAccess } from './broker-access.ts';
import { endpointOf, topologyOf } from './topology-of.ts';

await describeOwn('rabbitmq', (server) => {
  let broker: BrokerAccess;
  let listing: BrokerListing;
  const listingAs = (username: string, password: string): BrokerListing =>
    managementListing({ url: new URL(server.node.managementUrl).origin, credentials: async () => ({ username, password }), vhost: '/' });
  beforeAll(async () => {
    broker = await BrokerAccess.open(server.node.url);
    listing = listingAs('guest', 'guest');
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  describe('with the management API', () => {
    it('everything of a plan is seen at the broker as it was planned, and what was planned by nobody is not ours', async () => {
      const port = broker.topology({ queue: 'quorum' }, listing);
      const options = rabbitmqEndpoint({ queue: 'classic', maxPriority: 5, timeToLive: '1h', maxLength: 100, maxLengthBytes: 5_000 });
      const endpoints = [endpointOf('seen'), endpointOf('seen.classic', { options }), endpointOf('seen.lanes', { ordered: true })];
      const plan = port.plan(topologyOf({ endpoints, topics: [{ name: 'seen.topic' }], owner: 'seeing' }));
      await port.apply(plan);
      const listed = [...(await listing.queues()), ...(await listing.exchanges()), ...(await listing.bindings())];
      const found = new Map(listed.map(({ entity }) => [`${entity.kind} ${entity.name}`, entity.settings]));
      for (const { kind, name, settings } of plan.entities) {
        const { durable: _durable, 'x-delivery-limit': limit, ...wanted } = settings;
        const expected = limit === undefined ? wanted : { ...wanted, 'x-delivery-limit': 1_000_000_000 };
        expect(found.get(`${kind} ${name}`), `${kind} ${name}`).toMatchObject(expected);
      }
      expect(listed.filter(({ owner }) => owner === 'seeing').length).toBeGreaterThan(endpoints.length * 3);
      expect(listed.find(({ entity }) => entity.name === 'amq.topic')?.owner).toBeUndefined();
    });

    it('a binding that is missing is a difference', async () => {
      const port = broker.topology({ queue: 'quorum' }, listing);
      const orders = endpointOf('unbound');
      const whole = topologyOf({
        endpoints: [orders],
        topics: [{ name: 'unbound.topic' }],
        subscriptions: [{ topic: 'unbound.topic', endpoint: 'unbound' }],
      });
      await port.apply(port.plan({ ...whole, subscriptions: [] }));
      const differences = await port.compare(port.plan(whole));
      expect(differences.map(({ kind, entity }) => `${kind} ${entity.name}`)).toEqual(['missing unbound.topic → queue unbound by #']);
    });

    it('prune removes what its owner has made and nobody uses, bindings first, and tells what stays and why', async () => {
      const port = broker.topology({ queue: 'quorum' }, listing);
      const topics = [{ name: 'prune.topic' }];
      const planOf = (owner: string, names: readonly string[], ordered: readonly string[] = [], subscribes = true): TopologyPlan => {
        const endpoints = [...names.map((name) => endpointOf(name)), ...ordered.map((name) => endpointOf(name, { ordered: true }))];
        const subscriptions = subscribes ? endpoints.map(({ name }) => ({ topic: 'prune.topic', endpoint: name })) : [];
        return port.plan(topologyOf({ endpoints, topics, subscriptions, owner }));
      };
      await port.apply(planOf('pruning', ['prune.stays', 'prune.gone', 'prune.full', 'prune.read'], ['prune.lanes']));
      await port.apply(planOf('other', ['prune.other']));
      await broker.publish('', 'prune.full', 'a message');
      await broker.channel.consume('prune.read', () => undefined, { consumerTag: 'reader' });
      const now = planOf('pruning', ['prune.stays'], [], false);
      const told = await port.prune(now, { dryRun: true });
      expect(await port.compare(planOf('pruning', ['prune.gone'], ['prune.lanes']))).toEqual([]); // nothing is gone yet
      const { removed, kept } = await port.prune(now);
      expect(removed).toEqual(told.removed);
      expect(kept.map(({ entity, reason }) => `${entity.name}: ${reason}`).toSorted()).toEqual([
        'prune.full: it holds 1 message',
        'prune.read: 1 consumer reads from it',
      ]);
      expect(removed.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          'prune.topic → queue prune.stays by #',
          'prune.gone',
          'prune.gone.dead-letter',
          'prune.lanes.lane-7',
          'prune.lanes.lanes',
        ]),
      );
      await broker.publish('prune.topic', 'event', 'an event');
      const waiting = await Promise.all(['prune.stays', 'prune.other', 'prune.full'].map((name) => broker.waiting(name)));
      expect(waiting).toEqual([0, 1, 2]); // what is kept is kept with its bindings
      expect((await port.prune(now)).removed).toEqual([]);
      expect(await port.compare(planOf('other', ['prune.other']))).toEqual([]);
      await broker.channel.cancel('reader');
    });

    it('a wrong password and an address where nobody answers are told with a code and without the password', async () => {
      const refused = await listingAs('guest', 'secret')
        .queues()
        .catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'TRANSPORT_OPEN_FAILED' });
      expect(String(refused)).toContain('It answered 401');
      const nobody = managementListing({
        url: 'http://127.0.0.1:1',
        credentials: async () => ({ username: 'guest', password: 'secret' }),
        vhost: '/',
      });
      const unreachable = await nobody.queues().catch((error: unknown) => error);
      expect(unreachable).toMatchObject({ code: 'TRANSPORT_OPEN_FAILED' });
      expect(`${String(refused)} ${String(unreachable)}`).not.toContain('secret');
    });
  });

  describe('a bus that is told where the management API is', () => {
    it('prunes what it no longer has, with the credentials of the connection or those in the address', async () => {
      const { origin, host } = new URL(server.node.managementUrl);
      for (const management of [origin, `http://guest:guest@${host}`]) {
        const busOf = (...names: readonly string[]): Bus =>
          createBus({
            name: 'pruning',
            transport: rabbitmq({ url: server.node.url, queue: 'classic', management }),
            endpoints: names.map((name) => endpoint(name, { handlers: [] })),
          });
        await busOf('kept', 'dropped').topology.apply();
        const { removed } = await busOf('kept').topology.prune();
        expect(removed.map(({ name }) => name)).toContain('dropped');
        expect(removed.map(({ name }) => name)).not.toContain('kept');
      }
    });
  });

  describe('without the right to declare', () => {
    it('apply names the entity and the right; compare still sees what is missing; with `validate` that is enough', async () => {
      const { node } = server;
      await node.ctl('add_user', 'reader', 'reader');
      await node.ctl('set_permissions', 'reader', '', '.*', '.*');
      const url = new URL(node.url);
      [url.username, url.password] = ['reader', 'reader'];
      await using reader = await BrokerAccess.open(url.href);
      const port = reader.topology();
      const plan = port.plan(topologyOf({ endpoints: [endpointOf('rights')] }));
      const missing = await port.compare(plan);
      expect(missing.some(({ kind, entity }) => kind === 'missing' && entity.name === 'rights')).toBe(true);
      const error = await port.apply(plan).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'TOPOLOGY_REFUSED', details: { missingRight: 'configure' } });
      expect(String(error)).toMatch(/RabbitMQ refused the exchange "waybill\.route".*ACCESS_REFUSED.*`configure`/s);
      const owner = broker.topology();
      await owner.apply(owner.plan(topologyOf({ endpoints: [endpointOf('rights')] })));
      expect(await port.compare(plan)).toEqual([]);
      expect(reader.errors).toEqual([]);
    });
  });

  it('a connection that is lost while declaring is told as that', async () => {
    const lost = await BrokerAccess.open(server.node.url);
    const openChannel = async (): Promise<TopologyChannel> => {
      const channel = await lost.connection.openChannel();
      await lost[Symbol.asyncDispose]();
      return channel;
    };
    const port = new RabbitmqTopology({ connection: { ...lost.connection, openChannel }, settings: { queue: 'quorum' } });
    const error = await port.apply(port.plan(topologyOf({ endpoints: [endpointOf('lost')] }))).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'TRANSPORT_NOT_OPEN', details: { kind: 'exchange' } });
  });
});
