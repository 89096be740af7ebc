import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { Bus } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler } from '@waybill/core';
import { describeOwn } from '@waybill/servers/vitest';
import { rabbitmq } from '../src/index.ts';

const Submit = defineCommand<{ readonly id: string }>('orders.submit');
const Submitted = defineEvent<{ readonly id: string }>('orders.order-submitted');
const Ask = defineQuery<{ readonly id: string }, { readonly known: boolean }>('orders.ask');

/** What the user of a service may do, as patterns of names: configure, write, read. */
type Rights = readonly [configure: string, write: string, read: string];

const OWN = '(orders|mail)(\\..+)?';
/** Of a service that makes what it needs. */
const APPLIES: Rights = [`^(${OWN}|waybill\\..+)$`, `^(${OWN}|waybill\\..+|amq\\.default)$`, `^(${OWN}|waybill\\..+)$`];
/** Of a service that finds made what it needs. */
const RUNS: Rights = ['^$', '^(orders\\.order-submitted|waybill\\..+|amq\\.default)$', `^${OWN}$`];

const changed = ([configure, write, read]: Rights, other: { configure?: string; write?: string; read?: string }): Rights => [
  other.configure ?? configure,
  other.write ?? write,
  other.read ?? read,
];

type Provisioning = 'apply' | 'validate' | 'assume';

/** A service with an endpoint for commands and queries, and an ordered one for events, whose handler notes what it sees. */
function shop(url: string, provisioning: Provisioning, seen: string[]): Bus {
  const submit = handler(Submit, async ({ id }, context) => {
    if (id === 'bad') throw new Error('it is bad');
    await context.publish(Submitted, { id });
  });
  const submitted = handler(Submitted, ({ id }) => void seen.push(id));
  const ask = handler(Ask, ({ id }) => ({ known: id !== '' }));
  const orders = endpoint('orders', { handlers: [submit, ask], recovery: { retries: 0, redeliver: ['250ms'] } });
  const mail = endpoint('mail', { handlers: [submitted], ordered: { onWait: 'pass' } });
  return createBus({ name: 'shop', transport: rabbitmq({ url }), endpoints: [orders, mail], publishes: [Submitted], provisioning });
}

async function whileRunning(bus: Bus, work: (bus: Bus) => Promise<void>): Promise<void> {
  await bus.start();
  try {
    await work(bus);
  } finally {
    await bus.stop();
  }
}

/** Why a service does not start. */
async function reasonOf(url: string, provisioning: Provisioning): Promise<unknown> {
  const bus = shop(url, provisioning, []);
  try {
    await bus.start();
    return 'it started';
  } catch (error) {
    return error;
  } finally {
    await bus.stop();
  }
}

/** Sends, publishes, delays, asks, redelivers, dead-letters, lists and discards; gives what the handler of the event has seen. */
async function useAll(url: string, provisioning: Provisioning): Promise<readonly string[]> {
  const seen: string[] = [];
  await whileRunning(shop(url, provisioning, seen), async (bus) => {
    await bus.send(Submit, { id: '1' });
    await bus.send(Submit, { id: '2' }, { delay: '250ms' });
    await bus.send(Submit, { id: '3' }, { partitionKey: 'a' });
    await expect.poll(() => seen.toSorted(), WAITS).toEqual(['1', '2', '3']);
    await expect(bus.request(Ask, { id: '1' })).resolves.toEqual({ known: true });
    await bus.send(Submit, { id: 'bad' });
    const letters = bus.deadLetters('orders');
    await expect.poll(() => letters.count(), WAITS).toBe(1);
    for await (const { id, reason } of letters.list({ limit: 10 })) {
      expect(reason).toBe('failed');
      await letters.discard([id]);
    }
    await expect(letters.count()).resolves.toBe(0);
  });
  return seen.toSorted();
}

const WAITS = { timeout: 10_000 };

await describeOwn('rabbitmq', (server) => {
  let users = 0;
  /** The address of a new user with these rights. */
  const userWith = async (rights: Rights): Promise<string> => {
    users += 1;
    await server.node.ctl('add_user', `user-${users}`, 'secret');
    await server.node.ctl('set_permissions', '--vhost', 'shop', `user-${users}`, ...rights);
    return `amqp://user-${users}:secret@${new URL(server.node.url).host}/shop`;
  };

  beforeAll(async () => {
    await server.node.ctl('add_vhost', 'shop');
    await server.node.ctl('set_permissions', '--vhost', 'shop', 'guest', '.*', '.*', '.*');
    await whileRunning(shop(`${server.node.url}/shop`, 'apply', []), async () => {}); // what others find made
  }, 60_000);

  it('a service that makes what it needs may do no more than that', async () => {
    await expect(useAll(await userWith(APPLIES), 'apply')).resolves.toEqual(['1', '2', '3']);
  });

  it.each(['validate', 'assume'] as const)('what was made is enough for a user that may configure nothing: %s', async (provisioning) => {
    await expect(useAll(await userWith(RUNS), provisioning)).resolves.toEqual(['1', '2', '3']);
  });

  it.each([
    ['configure', changed(APPLIES, { configure: '^waybill\\..+$' }), 'orders.dead-letter'],
    ['write', changed(APPLIES, { write: '^(waybill\\..+|amq\\.default)$' }), 'waybill.route → queue orders by e:orders.#'],
    ['read', changed(APPLIES, { read: `^${OWN}$` }), 'waybill.delay.lost → queue waybill.delay.lost by #'],
  ] as const)('a service that makes what it needs is refused without %s, by the name of the entity', async (_right, rights, entity) => {
    await expect(reasonOf(await userWith(rights), 'apply')).resolves.toMatchObject({ code: 'TOPOLOGY_REFUSED', details: { entity } });
  });

  it.each([
    ['a queue', '^mail(\\..+)?$', 'orders'],
    ['a lane queue', '^(orders(\\..+)?|mail)$', 'mail'],
  ] as const)('a service that may not read %s does not start', async (_what, read, name) => {
    const reason = reasonOf(await userWith(changed(RUNS, { read })), 'assume');
    await expect(reason).resolves.toMatchObject({ code: 'TRANSPORT_OPEN_FAILED', details: { endpoint: name } });
  });

  it('what is published or delayed without the right to write is rejected for good', async () => {
    const rejected = { code: 'SEND_REJECTED', details: { retryable: false } };
    await whileRunning(shop(await userWith(changed(RUNS, { write: '^amq\\.default$' })), 'assume', []), async (bus) => {
      await expect(bus.publish(Submitted, { id: '1' })).rejects.toMatchObject(rejected);
      await expect(bus.send(Submit, { id: '1' }, { delay: '1s' })).rejects.toMatchObject(rejected);
    });
  });

  it('the documentation grants these rights', () => {
    const page = readFileSync(new URL('../../../docs/transports/rabbitmq.md', import.meta.url), 'utf8');
    for (const rights of [APPLIES, RUNS]) expect(page).toContain(rights.map((pattern) => `'${pattern}'`).join(' '));
  });
});
