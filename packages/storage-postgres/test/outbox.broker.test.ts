import { TcpProxy } from '@waybill/fault-kit';
import type { OutboxEntry } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import { describeServer } from '@waybill/servers/vitest';
import type { PoolClient, QueryResult } from 'pg';
import { Client, Pool } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { Bench, entryOf, gate, outcomeOf } from './support/bench.ts';

/** Runs each statement in a transaction of its own, and notes whether the server gave that an id: then it has written something, or locked a row. */
function noteWrites(client: PoolClient, written: boolean[]): void {
  const query = client.query.bind(client) as (given: unknown) => Promise<QueryResult>;
  const watched = async (given: unknown, done: (error: unknown, result?: QueryResult) => void): Promise<void> => {
    try {
      await query('begin');
      const result = await query(given);
      const { rows } = await query('select pg_current_xact_id_if_assigned() is not null as is_written');
      await query('commit');
      written.push(Boolean(rows[0]?.is_written));
      done(null, result);
    } catch (error) {
      done(error);
    }
  };
  client.query = watched as unknown as PoolClient['query'];
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
      const written: boolean[] = [];
      const backgroundPool = new Pool({ connectionString: server.url });
      backgroundPool.on('connect', (client) => noteWrites(client, written));
      await using bench = await Bench.open(server.url, { backgroundPool });
      const isWritten = async (): Promise<boolean> => {
        written.length = 0;
        await bench.lease('quiet', 'r');
        return written.includes(true);
      };
      expect(await isWritten()).toBe(true);
      const later: boolean[] = [];
      for (let lease = 0; lease < 5; lease += 1) later.push(await isWritten());
      expect(later).toEqual([false, false, false, false, false]);
      await backgroundPool.end();
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
