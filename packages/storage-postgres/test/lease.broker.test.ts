import type { OutboxEntry } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import { describeServer } from '@waybill/servers/vitest';
import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { leaseSql } from '../src/outbox/lease-sql.ts';
import { backgroundPoolOf } from '../src/pg/background-pool.ts';
import type { PgPool } from '../src/pg/pg-client.ts';
import { Bench, entryOf } from './support/bench.ts';

/** What `explain` tells of a part of a plan. */
interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** At how many rows of the outbox a statement has looked. */
function looks(node: PlanNode): number {
  const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  const below = (node.Plans ?? []).reduce((sum, one) => sum + looks(one), 0);
  return (node['Relation Name'] === 'outbox' ? rows : 0) + below;
}

await describeServer('postgres', (server) => {
  const bodiesOf = (rows: readonly { readonly entry: { readonly body: Uint8Array } }[]): readonly string[] =>
    rows.map(({ entry }) => Buffer.from(entry.body).toString());

  describe('what a relay reads on PostgreSQL', () => {
    describe.each([
      { share: 'all slots', names: ['r'] },
      { share: 'a half of the slots', names: ['r', 's'] },
    ])('where a relay has $share', ({ names }) => {
      /** Leases of all of them, again and again, until each has its share. */
      async function shared(bench: Bench, scope: string): Promise<void> {
        for (let turn = 0; turn < 3; turn += 1) for (const name of names) await bench.lease(scope, name);
        const own = await Promise.all(names.map(async (name) => (await bench.lease(scope, name)).slots.own));
        expect(own).toEqual(names.map(() => 64 / names.length));
      }

      it('gives as many rows as are wanted where all stand in one slot', async () => {
        await using bench = await Bench.open(server.url);
        await shared(bench, `one slot of ${names.length}`);
        await bench.add(`one slot of ${names.length}`, ...Array.from({ length: 300 }, (_, index) => entryOf(`row ${index}`)));
        const leases = await Promise.all(names.map((name) => bench.lease(`one slot of ${names.length}`, name, { limit: 200 })));
        expect(leases.filter(({ rows }) => rows.length > 0).map(({ rows, nextDueMs }) => [rows.length, nextDueMs])).toEqual([[200, 0]]);
      });

      it('says that there may be more wherever it gives fewer rows than are wanted, and of no more at the end', async () => {
        await using bench = await Bench.open(server.url);
        await shared(bench, `uneven of ${names.length}`);
        const keyed = (key: string, count: number): Promise<void> =>
          bench.add(
            `uneven of ${names.length}`,
            ...Array.from({ length: count }, (_, index) => entryOf(`${key} ${index}`, { partitionKey: key })),
          );
        await keyed('many', 500);
        for (const key of Array.from({ length: 40 }, (_, index) => `few ${index}`)) await keyed(key, 1);
        const came: string[] = [];
        for (const relay of names)
          for (let isMore = true; isMore;) {
            const { rows, nextDueMs } = await bench.lease(`uneven of ${names.length}`, relay, { limit: 200, mayShrink: false });
            isMore = nextDueMs === 0;
            expect(isMore && rows.length === 0).toBe(false); // else a relay would never come to rest
            expect(nextDueMs).toBe(isMore ? 0 : undefined);
            came.push(...bodiesOf(rows));
            await bench.store.outbox.markSent(
              { scope: `uneven of ${names.length}`, relay, now: storeClock },
              rows.map(({ sequence }) => sequence),
            );
          }
        expect(came.filter((body) => body.startsWith('many'))).toEqual(Array.from({ length: 500 }, (_, index) => `many ${index}`));
        expect([new Set(came).size, await bench.waiting(`uneven of ${names.length}`)]).toEqual([540, 0]);
      });

      it('gives no more than the bytes that are wanted, the first row in any case, and the rest after that', async () => {
        await using bench = await Bench.open(server.url);
        const scope = `bytes of ${names.length}`;
        await shared(bench, scope);
        const large = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(1_000));
        await bench.add(scope, ...large.map((body) => entryOf(body)));
        const came = async (maxBytes: number): Promise<readonly string[]> => {
          const leases = await Promise.all(names.map((name) => bench.lease(scope, name, { maxBytes, mayShrink: false })));
          const rows = leases.flatMap((one) => one.rows);
          for (const relay of names)
            await bench.store.outbox.markSent(
              { scope, relay, now: storeClock },
              rows.map(({ sequence }) => sequence),
            );
          return [...bodiesOf(rows), ...leases.flatMap(({ nextDueMs }) => (nextDueMs === 0 ? ['more'] : []))];
        };
        expect(await came(2_500)).toEqual([...large.slice(0, 2), 'more']);
        expect(await came(10)).toEqual([...large.slice(2, 3), 'more']);
        expect((await came(2_000)).slice(0, 2)).toEqual(large.slice(3));
      });

      it('gives what is under way, delayed, held or behind that in no reading, and what is due in the order of storing', async () => {
        await using bench = await Bench.open(server.url);
        await shared(bench, `mixed of ${names.length}`);
        const due = Date.now() + 3_600_000;
        await bench.add(
          `mixed of ${names.length}`,
          { ...entryOf('delayed'), dueAt: due },
          entryOf('k1', { partitionKey: 'k' }),
          entryOf('k2', { partitionKey: 'k' }),
        );
        const leases = (options: Parameters<Bench['lease']>[2] = {}): Promise<readonly string[]> =>
          Promise.all(names.map((name) => bench.lease(`mixed of ${names.length}`, name, { mayShrink: false, ...options }))).then((all) =>
            bodiesOf(all.flatMap(({ rows }) => rows)),
          );
        const [first] = (await Promise.all(names.map((name) => bench.lease(`mixed of ${names.length}`, name)))).flatMap(({ rows }) => rows);
        expect(Buffer.from(first?.entry.body ?? []).toString()).toBe('k1');
        const sequence = String(first?.sequence);
        expect(await leases({ except: [sequence] })).toEqual(['k2']);
        const failed = async (retryAfterMs: number | undefined): Promise<void> => {
          for (const relay of names)
            await bench.store.outbox.markFailed({ scope: `mixed of ${names.length}`, relay, now: storeClock }, [
              { sequence, reason: 'no', retryAfterMs },
            ]);
        };
        await failed(3_600_000);
        expect(await leases()).toEqual([]);
        await failed(0);
        expect(await leases()).toEqual(['k1', 'k2']);
        await failed(undefined);
        expect(await leases()).toEqual([]);
        expect((await leases({ now: due + 1_000, leaseMs: 7_200_000 })).toSorted()).toEqual(['delayed']);
      });
    });

    it('reads on without a write, and shares first where there is something to share', async () => {
      await using bench = await Bench.open(server.url);
      await bench.lease('on', 'r');
      await bench.add('on', entryOf('one'));
      const { rows: before } = await bench.pool.query("select xmin::text, ctid::text, relay, until from waybill.relay where scope = 'on'");
      const read = (): ReturnType<Bench['lease']> => bench.lease('on', 'r', { mayShrink: false });
      expect(bodiesOf((await read()).rows)).toEqual(['one']);
      expect((await bench.pool.query("select xmin::text, ctid::text, relay, until from waybill.relay where scope = 'on'")).rows).toEqual(
        before,
      );
      const ageing = (name: string, by: string): Promise<unknown> =>
        bench.pool.query("update waybill.relay set until = until - $2::interval where scope = 'on' and relay = $1", [name, by]);
      await ageing('r', '6s');
      expect((await read()).remainingMs).toBeGreaterThan(14_000); // renewed
      await bench.lease('on', 'other');
      await bench.lease('on', 'r');
      await bench.lease('on', 'other');
      expect((await read()).slots.own).toBe(32);
      await ageing('other', '16s');
      expect((await read()).slots.own).toBe(64); // what has run out
      await bench.lease('on', 'other');
      await bench.lease('on', 'r');
      await bench.lease('on', 'other');
      await bench.store.outbox.leave({ scope: 'on', relay: 'other', now: storeClock });
      const { slots, rows } = await read();
      expect([slots.own, bodiesOf(rows)]).toEqual([64, ['one']]); // what is free
      await bench.pool.query("delete from waybill.relay where scope = 'on'");
      expect((await read()).slots.own).toBe(0); // it has lost all, and takes part anew
      expect((await read()).slots.own).toBe(64);
    });

    it.each([
      { share: 'all slots', names: ['r'], emptied: 'truncate waybill.outbox' },
      { share: 'a half of the slots', names: ['r', 's'], emptied: 'truncate waybill.outbox' },
      { share: 'all slots', names: ['r'], emptied: 'vacuum (analyze) waybill.outbox' },
      { share: 'a half of the slots', names: ['r', 's'], emptied: 'vacuum (analyze) waybill.outbox' },
    ])('looks at few rows though its statements were planned after $emptied, with $share', async ({ names, emptied }) => {
      await using bench = await Bench.open(server.url);
      const scope = `burst of ${names.length} after ${emptied}`;
      const some = (count: number, changes: (index: number) => Partial<OutboxEntry['entry']> = () => ({})): readonly OutboxEntry[] =>
        Array.from({ length: count }, (_, index) => entryOf(`row ${index}`, changes(index)));
      await bench.pool.query('truncate waybill.outbox');
      await bench.pool.query(emptied);
      for (let turn = 0; turn < 3; turn += 1) for (const name of names) await bench.lease(scope, name, { leaseMs: 600_000 });
      const background = backgroundPoolOf(bench.pool as unknown as PgPool, true) as unknown as Pool;
      const client = await background.connect();
      const { read, readAll, lease } = leaseSql('"waybill"');
      const values = (limit: number): readonly (string | number | null)[] => [scope, 'r', null, 600_000, limit, 1_000_000, '{}'];
      const all = {
        read: { text: read, values: [...values(100)] },
        readAll: { text: readAll, values: [...values(100)] },
        lease: { text: lease, values: [...values(100), 'true'] },
        renewal: { text: lease, values: [...values(0), 'false'] },
      };
      for (const [name, query] of Object.entries(all)) for (let time = 0; time < 10; time += 1) await client.query({ name, ...query });
      await bench.add(
        scope,
        ...some(4_000, (index) => ({ partitionKey: `delayed ${index}` })).map((entry) => ({ ...entry, dueAt: Date.now() + 3_600_000 })),
      );
      await bench.add(scope, ...some(300, (index) => ({ partitionKey: `retrying ${index}` })));
      await bench.pool.query(
        "update waybill.outbox set state = 'retrying', retry_at = now() + interval '1 hour' where partition_key like 'retrying %'",
      );
      await bench.add(scope, ...some(300, (index) => ({ partitionKey: `held ${index}` })));
      await bench.pool.query("update waybill.outbox set state = 'held' where partition_key like 'held %'");
      for (let time = 0; time < 3; time += 1) {
        await bench.add(scope, ...some(1_000, (index) => ({ partitionKey: `key ${index}` })));
        for (let more = 0; more < 50; more += 1) await bench.add(scope, ...some(20));
      }
      for (const [name, query] of Object.entries(all)) {
        const given = query.values.map((value) => (value === null ? 'null' : `'${value}'`)).join(', ');
        const { rows } = await client.query(`explain (analyze, format json) execute "${name}"(${given})`);
        const [{ 'QUERY PLAN': plans }] = rows as [{ readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }];
        const looked = looks(plans[0].Plan);
        expect({ name, looked: looked < 3_500 ? 'at few' : looked }).toEqual({ name, looked: 'at few' });
      }
      client.release();
      await background.end();
    });

    it('gives a delayed row whose time has come before later ones that wait, however many they are', async () => {
      await using bench = await Bench.open(server.url);
      await bench.lease('ripe', 'r');
      await bench.lease('ripe', 'r');
      await bench.add('ripe', { ...entryOf('delayed'), dueAt: Date.now() - 1_000 });
      await bench.add('ripe', ...Array.from({ length: 100 }, () => entryOf('waiting')));
      expect(bodiesOf((await bench.lease('ripe', 'r', { limit: 2, mayShrink: false })).rows)).toEqual(['delayed', 'waiting']);
    });

    it('gives no row before an earlier one of its key that was delayed and is due, however many are', async () => {
      await using bench = await Bench.open(server.url);
      for (let turn = 0; turn < 2; turn += 1) await bench.lease('all due', 'r');
      const rows = (count: number, key: string): readonly OutboxEntry[] =>
        Array.from({ length: count }, (_, index) => entryOf(`${key} ${index}`, { partitionKey: key }));
      await bench.add('all due', ...rows(100, 'k').map((row) => ({ ...row, dueAt: Date.now() - 1_000 })));
      for (let other = 0; other < 100; other += 1) await bench.add('all due', ...rows(3, `other ${other}`));
      await bench.add('all due', entryOf('last', { partitionKey: 'k' }));
      const bodies = bodiesOf((await bench.lease('all due', 'r', { limit: 1_000, mayShrink: false })).rows);
      expect(bodies.filter((body) => body.startsWith('k')).length).toBe(100);
    });

    it('reads by one index also where a row is held, and one of its key behind it is due', async () => {
      await using bench = await Bench.open(server.url);
      for (let turn = 0; turn < 2; turn += 1) await bench.lease('held', 'r');
      await bench.add('held', entryOf('held', { partitionKey: 'k' }), {
        ...entryOf('due', { partitionKey: 'k' }),
        dueAt: Date.now() - 1_000,
      });
      await bench.pool.query("update waybill.outbox set state = 'held' where scope = 'held' and due_at is null");
      await bench.add('held', entryOf('waiting'));
      const { readAll } = leaseSql('"waybill"');
      const { rows } = await bench.pool.query(readAll, ['held', 'r', null, 5_000, 10, 1_000_000, '{}']);
      expect(rows).toMatchObject([{ text: 'waiting' }]);
    });

    it('reads nothing of slots that another relay has, though it had all itself when it asked last', async () => {
      await using bench = await Bench.open(server.url);
      for (const relay of ['r', 'r', 's']) await bench.lease('gone', relay);
      for (let time = 0; time < 20; time += 1) await bench.add('gone', entryOf('row'));
      await bench.pool.query("update waybill.outbox_slot set relay = 's' where scope = 'gone' and slot % 2 = 0");
      await bench.pool.query(
        "update waybill.outbox set slot = sequence % 64, body = case sequence % 2 when 0 then 'of s' else 'of r' end::bytea where scope = 'gone'",
      );
      const { rows, slots } = await bench.lease('gone', 'r', { mayShrink: false });
      expect([slots.own, ...bodiesOf(rows)]).toEqual([32, ...Array.from({ length: 10 }, () => 'of r')]);
    });

    it('gives no row before an earlier one of its key that is tried again, however many are', async () => {
      await using bench = await Bench.open(server.url);
      for (let turn = 0; turn < 3; turn += 1) for (const name of ['r', 's']) await bench.lease('again', name);
      const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
      const once = (text: string): Promise<void> =>
        bench.add('again', ...keys.map((key) => entryOf(`${key} ${text}`, { partitionKey: key })));
      await once('first');
      keys.reverse();
      await bench.pool.query("update waybill.outbox set state = 'retrying', retry_at = now() where scope = 'again'");
      await once('second');
      await bench.pool.query("update waybill.outbox set slot = 5 where scope = 'again'");
      for (let slot = 0; slot < 64; slot += 1) {
        await bench.add('again', entryOf('beside'));
        await bench.pool.query("update waybill.outbox set slot = $1, partition_key = '' where scope = 'again' and partition_key is null", [
          slot,
        ]);
      }
      for (const relay of ['r', 's']) {
        const bodies = bodiesOf((await bench.lease('again', relay, { limit: 200, mayShrink: false })).rows);
        expect(bodies.filter((body) => body.endsWith('second') && !bodies.includes(body.replace('second', 'first')))).toEqual([]);
      }
    });
  });
});
