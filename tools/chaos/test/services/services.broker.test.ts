import { describeOwn, describeServer } from '@waybill/servers/vitest';
import { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';

import { pauseUntil } from '../../src/waiting.ts';
import { jobs, Service, type ServiceOptions } from './service.ts';

const WAIT_MS = 60_000;
const TABLES = 'create table sent (service text not null, id text not null); create table effect (service text not null, id text not null)';

await describeOwn('postgres', (database) =>
  describeServer('rabbitmq', (broker) => {
    const start = (name: string, parts: Partial<ServiceOptions> = {}): Promise<Service> =>
      Service.start({ name, database: database.node.url, broker: broker.url, relays: true, handles: true, ...parts });

    /** How often each message of a service stands in a table. */
    const rowsOf = async (table: 'sent' | 'effect', service: string): Promise<ReadonlyMap<string, number>> => {
      const client = new Client({ connectionString: database.node.url });
      await client.connect();
      const { rows } = await client.query<{ id: string; count: number }>(
        `select id, count(*)::int as count from ${table} where service = $1 group by id`,
        [service],
      );
      await client.end();
      return new Map(rows.map(({ id, count }) => [id, count]));
    };
    const effects = (service: string): Promise<ReadonlyMap<string, number>> => rowsOf('effect', service);
    const once = (ids: readonly string[]): ReadonlyMap<string, number> => new Map(ids.map((id) => [id, 1]));
    const untilDone = (service: string, count: number): Promise<boolean> =>
      pauseUntil(async () => (await effects(service)).size >= count, WAIT_MS);

    beforeAll(async () => {
      const client = new Client({ connectionString: database.node.url });
      await client.connect();
      await client.query(TABLES);
      await client.end();
    });

    it('a relay that is frozen gives its rows to another within its lease, and relays again when it is woken', async () => {
      await using sender = await start('frozen', { relays: false, handles: false });
      await using one = await start('frozen');
      await using other = await start('frozen');
      const shares = async (ids: readonly string[]): Promise<boolean> => {
        sender.tell({ send: ids });
        return untilDone('frozen', ids.length);
      };
      const first = jobs('both', 60);
      expect(await shares(first)).toBe(true);
      expect(Math.min(one.relayed.length, other.relayed.length)).toBeGreaterThan(0); // they share the outbox

      expect(one.process.freeze()).toBe(true);
      const byOne = one.relayed.length;
      const second = jobs('alone', 60);
      sender.tell({ send: second });
      expect(await pauseUntil(() => second.every((id) => other.relayed.includes(id)), 20_000)).toBe(true);
      expect(one.relayed).toHaveLength(byOne);

      one.process.thaw();
      await other.process.kill();
      const third = jobs('woken', 60);
      sender.tell({ send: third });
      expect(await untilDone('frozen', 180)).toBe(true);
      expect(third.filter((id) => one.relayed.includes(id))).toHaveLength(60);
      expect(await effects('frozen')).toEqual(once([...first, ...second, ...third]));
    }, 240_000);

    it('services that share a database see nothing of each other', async () => {
      await using orders = await start('orders');
      await using billing = await start('billing');
      const same = jobs('same', 40); // the ids of one are those of the other
      orders.tell({ send: same });
      billing.tell({ send: same });
      expect(await untilDone('orders', 40)).toBe(true);
      expect(await untilDone('billing', 40)).toBe(true);
      expect(await effects('orders')).toEqual(once(same));
      expect(await effects('billing')).toEqual(once(same));
      expect(orders.relayed.toSorted()).toEqual(same.toSorted());
      expect(billing.relayed.toSorted()).toEqual(same.toSorted());

      await using sender = await start('orders', { relays: false, handles: false });
      await orders.process.kill();
      const orphans = jobs('orphan', 10);
      sender.tell({ send: orphans });
      const later = jobs('later', 40);
      expect(await pauseUntil(() => sender.sent.length === 10, WAIT_MS)).toBe(true);
      billing.tell({ send: later });
      expect(await untilDone('billing', 80)).toBe(true);
      expect(billing.relayed.filter((id) => orphans.includes(id))).toEqual([]); // nobody relays for another service
      await using successor = await start('orders');
      expect(await untilDone('orders', 50)).toBe(true);
      expect(successor.relayed.toSorted()).toEqual(orphans.toSorted());
    }, 240_000);

    it.each(['fast', 'immediate'] as const)(
      'a database that is restarted under load (%s) loses nothing that was committed, and does nothing twice',
      async (end) => {
        const { node } = database;
        await using service = await start(end);
        const ids = jobs(end, 400);
        service.tell({ send: ids });
        expect(await pauseUntil(() => service.sent.length >= 50, WAIT_MS)).toBe(true);
        await node.stop(end);
        expect(node.isRunning).toBe(false);
        await node.start();
        expect(await pauseUntil(() => service.sent.length + service.failed.length === 400, WAIT_MS)).toBe(true);
        expect(service.failed.length).toBeGreaterThan(0); // it was struck under load
        const [before, after] = [service.sent.length, jobs(`${end}-after`, 50)];
        service.tell({ send: after });
        expect(await pauseUntil(() => service.sent.length + service.failed.length === 450, WAIT_MS)).toBe(true);
        expect(service.sent.length).toBeGreaterThan(before); // the same process goes on
        const committed = await rowsOf('sent', end);
        expect(service.sent.filter((id) => !committed.has(id))).toEqual([]);
        const unknown = service.failed.filter(({ code }) => code === 'TRANSACTION_OUTCOME_UNKNOWN').map(({ id }) => id);
        expect(Array.from(committed.keys()).filter((id) => !service.sent.includes(id) && !unknown.includes(id))).toEqual([]);
        expect(await untilDone(end, committed.size)).toBe(true);
        expect(await effects(end)).toEqual(committed);
        expect(await effects(end)).toEqual(once(Array.from(committed.keys())));
      },
      240_000,
    );
  }),
);
