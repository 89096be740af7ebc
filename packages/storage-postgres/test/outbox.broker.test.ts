import { TcpProxy } from '@waybill/fault-kit';
import type { OutboxEntry } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import { describeServer } from '@waybill/servers/vitest';
import { Client, Pool } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { leaseSql } from '../src/outbox/lease-sql.ts';
import { backgroundPoolOf } from '../src/pg/background-pool.ts';
import type { PgPool } from '../src/pg/pg-client.ts';
import { Bench, entryOf, gate, outcomeOf } from './support/bench.ts';

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
  async function connected(): Promise<Client> {
    const client = new Client(server.url);
    await client.connect();
    return client;
  }

  const bodiesOf = (rows: readonly { readonly entry: { readonly body: Uint8Array } }[]): readonly string[] =>
    rows.map(({ entry }) => Buffer.from(entry.body).toString());

  describe('the outbox on PostgreSQL', () => {
    it('gives rows also where an older transaction elsewhere never ends, and those that it commits late', async () => {
      await using bench = await Bench.open(server.url);
      const hold = gate();
      const late = bench.store.transact(async (tx) => {
        await bench.store.outbox.add(tx, 'late', [entryOf('late', { partitionKey: 'k' })]);
        await hold.opened;
      });
      const elsewhere = await connected();
      await elsewhere.query('begin isolation level repeatable read');
      await elsewhere.query('select pg_current_xact_id()');
      await vi.waitFor(
        async () =>
          expect(
            (await bench.pool.query("select from pg_stat_activity where state = 'idle in transaction' and datname = current_database()"))
              .rowCount,
          ).toBe(2),
        5_000,
      );
      await bench.add('late', entryOf('early', { partitionKey: 'k' }));
      const { rows } = await bench.lease('late', 'r');
      expect(bodiesOf(rows)).toEqual(['early']);
      await bench.store.outbox.markSent(
        { scope: 'late', relay: 'r', now: storeClock },
        rows.map(({ sequence }) => sequence),
      );
      hold.open();
      await late;
      expect(bodiesOf((await bench.lease('late', 'r')).rows)).toEqual(['late']);
      await elsewhere.end();
    });

    it('lets relays that begin at the same moment share all slots, none twice', async () => {
      await using bench = await Bench.open(server.url);
      const names = Array.from({ length: 5 }, (_, index) => `relay ${index}`);
      const turn = (): Promise<readonly number[]> => Promise.all(names.map(async (name) => (await bench.lease('share', name)).slots.own));
      await turn();
      await vi.waitFor(async () => expect((await turn()).toSorted((a, b) => a - b)).toEqual([12, 13, 13, 13, 13]), {
        timeout: 10_000,
        interval: 10,
      });
      const { rows } = await bench.pool.query(
        "select relay, count(*)::int as slots from waybill.outbox_slot where scope = 'share' group by relay order by slots",
      );
      expect(rows.map((row: { slots: number }) => row.slots)).toEqual([12, 13, 13, 13, 13]);
    });

    it('gives a slot to one relay only while two fight for one that has run out', async () => {
      await using bench = await Bench.open(server.url);
      for (let round = 0; round < 20; round += 1) {
        const scope = `fight ${round}`;
        await bench.lease(scope, 'dead', { now: 0, leaseMs: 1_000 });
        const turns = ['one', 'two', 'dead', 'three'].map((name) => bench.lease(scope, name, { now: 5_000, mayShrink: false }));
        const own = (await Promise.all(turns)).map(({ slots }) => slots.own);
        expect(own.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(64);
      }
    });

    it('writes nothing when a relay has nothing to renew', async () => {
      await using bench = await Bench.open(server.url);
      const isWritten = async (): Promise<boolean> => {
        const before = await bench.pool.query<{ id: string }>('select pg_current_xact_id()::text as id');
        await bench.lease('quiet', 'r');
        const after = await bench.pool.query<{ id: string }>('select pg_current_xact_id()::text as id');
        return Number(after.rows[0]?.id) - Number(before.rows[0]?.id) > 1;
      };
      const rows = async (): Promise<unknown> => {
        const versions = 'select ctid::text, xmin::text, xmax::text, scope from waybill.';
        const { rows: all } = await bench.pool.query(
          `select * from (${versions}relay union all ${versions}outbox_slot) own where scope = 'quiet' order by 1, 2`,
        );
        return all;
      };
      expect(await isWritten()).toBe(true);
      const first = await rows();
      const later: boolean[] = [];
      for (let lease = 0; lease < 5; lease += 1) {
        later.push(await isWritten());
        expect(await rows()).toEqual(first);
      }
      expect(later.filter(Boolean).length).toBeLessThanOrEqual(1); // ids of transactions are the server's: something else may have taken one
    });

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

      it('says that more can be had wherever it gives fewer rows than are wanted, and of no more at the end', async () => {
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
            expect(rows.length).toBeGreaterThan(0);
            isMore = nextDueMs === 0;
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

    it('gives bodies back as they were also where the database, or the connection, holds other texts', async () => {
      await using main = await Bench.open(server.url);
      const { rows: names } = await main.pool.query<{ name: string }>("select current_database() || '_latin1' as name");
      const name = String(names[0]?.name);
      await main.pool.query(`create database "${name}" encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`);
      try {
        const url = new URL(server.url);
        url.pathname = `/${name}`;
        await using bench = await Bench.open(url.href);
        const body = (text: string): OutboxEntry => ({ entry: { ...entryOf('').entry, body: Buffer.from(text) } });
        await bench.add('other', body('plain'), body('€ 😀'));
        expect(bodiesOf((await bench.lease('other', 'r')).rows)).toEqual(['plain', '€ 😀']);
        const backgroundPool = new Pool({ connectionString: server.url });
        backgroundPool.on('connect', (client) => void client.query("set client_encoding to 'latin1'"));
        await using latin = await Bench.open(server.url, { backgroundPool });
        await latin.add('latin', body('€ 😀'));
        expect(bodiesOf((await latin.lease('latin', 'r')).rows)).toEqual(['€ 😀']);
        await backgroundPool.end();
      } finally {
        await main.pool.query(`drop database "${name}"`);
      }
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
      const { read, lease } = leaseSql('"waybill"');
      const values = (limit: number): readonly (string | number | null)[] => [scope, 'r', null, 600_000, limit, 1_000_000, '{}'];
      const all = {
        read: { text: read, values: [...values(100)] },
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
        const { rows } = await client.query(`explain (analyze, format json) execute ${name}(${given})`);
        const [{ 'QUERY PLAN': plans }] = rows as [{ readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }];
        const looked = looks(plans[0].Plan);
        expect({ name, looked: looked < 3_500 ? 'at few' : looked }).toEqual({ name, looked: 'at few' });
      }
      client.release();
      await background.end();
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

    it('purges a batch while a claim holds a key, and waits for nobody', async () => {
      await using bench = await Bench.open(server.url);
      const keys = Array.from({ length: 30 }, (_, index) => `old ${index}`);
      for (const key of keys) await bench.store.transact((tx) => bench.claim(tx, key));
      const hold = gate();
      const claimed = gate();
      const open = bench.store.transact(async (tx) => {
        await tx.query("delete from waybill.inbox where idempotency_key = 'old 0'");
        expect(await bench.claim(tx, 'new')).toBe('new');
        claimed.open();
        await hold.opened;
      });
      await claimed.opened;
      const purge = (): Promise<number> => bench.store.inbox.prune({ scope: 's', olderThanMs: 1_000, limit: 20, now: Date.now() + 60_000 });
      expect([await purge(), await purge()]).toEqual([20, 9]);
      hold.open();
      await open;
    });
  });

  describe('who listens', () => {
    it('hears what another process commits, also after its connection was cut', async () => {
      await using proxy = await TcpProxy.open(server.url);
      const backgroundPool = new Pool({ connectionString: proxy.url, max: 3 });
      backgroundPool.on('error', () => {});
      await using listening = await Bench.open(server.url, { backgroundPool });
      await using adding = await Bench.open(server.url);
      let [told, others] = [0, 0];
      const end = listening.store.outbox.onAdded('heard', () => (told += 1));
      listening.store.outbox.onAdded('other', () => (others += 1));
      await vi.waitFor(() => expect(told).toBe(1), 5_000); // it may have missed something before it listened
      await adding.add('heard', entryOf('a'));
      await vi.waitFor(() => expect(told).toBe(2), 5_000);
      expect(proxy.reset()).toBeGreaterThan(0);
      await vi.waitFor(() => expect(told).toBe(3), 10_000); // it listens again
      await adding.add('heard', entryOf('b'));
      await vi.waitFor(() => expect(told).toBe(4), 5_000);
      expect(others).toBe(2);
      end();
      await adding.add('heard', entryOf('c'));
      await adding.add('other', entryOf('d'));
      await vi.waitFor(() => expect(others).toBe(3), 5_000);
      expect(told).toBe(4);
      await listening.store.close();
      await backgroundPool.end();
    });

    it('hears what a transaction of the application has added when that commits, and nothing before', async () => {
      await using listening = await Bench.open(server.url);
      await using adding = await Bench.open(server.url);
      let told = 0;
      listening.store.outbox.onAdded('own', () => (told += 1));
      await vi.waitFor(() => expect(told).toBe(1), 5_000);
      const client = await adding.pool.connect();
      await client.query('begin');
      await adding.store.outbox.add(client, 'own', [entryOf('a')]);
      await adding.add('other', entryOf('b')); // told by then, would it be told at once
      await client.query('commit');
      client.release();
      await vi.waitFor(() => expect(told).toBe(2), 5_000);
      expect(bodiesOf((await adding.lease('own', 'r')).rows)).toEqual(['a']);
    });

    it('hears nothing of what is rolled back, and nothing with `notify: false`', async () => {
      await using bench = await Bench.open(server.url);
      await using silent = await Bench.open(server.url, { notify: false });
      let [told, silently] = [0, 0];
      bench.store.outbox.onAdded('rolled', () => (told += 1));
      silent.store.outbox.onAdded('rolled', () => (silently += 1));
      await vi.waitFor(() => expect(told).toBe(1), 5_000);
      const failed = bench.store.transact(async (tx) => {
        await bench.store.outbox.add(tx, 'rolled', [entryOf('a')]);
        throw new Error('no');
      });
      expect(await outcomeOf(failed)).toBe('no');
      await silent.add('rolled', entryOf('b'));
      await bench.add('rolled', entryOf('c'));
      await vi.waitFor(() => expect(told).toBe(2), 5_000);
      expect(silently).toBe(0);
      expect(bodiesOf((await silent.lease('rolled', 'r')).rows)).toEqual(['b', 'c']);
    });
  });
});
