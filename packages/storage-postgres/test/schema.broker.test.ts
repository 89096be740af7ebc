import { describeServer } from '@waybill/servers/vitest';
import { storeClock } from '@waybill/core/persistence';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { printMigrations } from '../src/index.ts';
import { Bench, entryOf, outcomeOf } from './support/bench.ts';

await describeServer('postgres', (server) => {
  async function query(text: string): Promise<readonly unknown[]> {
    const client = new Client(server.url);
    await client.connect();
    try {
      return (await client.query({ text, rowMode: 'array' })).rows;
    } finally {
      await client.end();
    }
  }

  const tablesOf = (schema: string): Promise<readonly unknown[]> =>
    query(
      `select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = '${schema}' order by 1, 2`,
    );

  describe('the tables', () => {
    it('are made once by many processes at the same time', async () => {
      const benches = Array.from({ length: 6 }, () => Bench.make(server.url, { schema: 'together' }));
      const outcomes = await Promise.all(benches.map((bench) => outcomeOf(bench.open())));
      expect(outcomes).toEqual(benches.map(() => 'done'));
      expect(await query('select version, name from together.migration')).toEqual([[1, 'tables']]);
      await Promise.all(benches.map((bench) => bench[Symbol.asyncDispose]()));
    });

    it('are the same when the printed SQL made them', async () => {
      await query(printMigrations('printed'));
      await using bench = Bench.make(server.url, { schema: 'printed' });
      await bench.open('validate');
      await using other = await Bench.open(server.url, { schema: 'migrated' });
      expect(await tablesOf('printed')).toEqual(await tablesOf('migrated'));
      expect((await tablesOf('printed')).length).toBeGreaterThan(20);
      expect(await outcomeOf(other.add('s', entryOf('a')))).toBe('done');
    });

    it('are asked for where provisioning may not make them', async () => {
      await using bench = Bench.make(server.url, { schema: 'missing' });
      expect(await outcomeOf(bench.open('validate'))).toBe('STORE_SCHEMA_DIFFERS');
      expect(await outcomeOf(bench.open('validate'))).toBe('STORE_SCHEMA_DIFFERS');
      expect(await tablesOf('missing')).toEqual([]);
      expect(await outcomeOf(bench.open('assume'))).toBe('done');
    });

    it('of a later version are refused by whoever cannot use them, and used by whoever can', async () => {
      await using bench = await Bench.open(server.url, { schema: 'later' });
      await query(`insert into later.migration values (2, 'expanded', 1)`);
      await using rolling = Bench.make(server.url, { schema: 'later' });
      expect(await outcomeOf(rolling.open('validate'))).toBe('done');
      expect(await outcomeOf(rolling.open('apply'))).toBe('done');
      await rolling.store.close();
      await query(`insert into later.migration values (3, 'contracted', 3)`);
      await using old = Bench.make(server.url, { schema: 'later' });
      expect(await outcomeOf(old.open('validate'))).toBe('STORE_SCHEMA_DIFFERS');
      expect(await outcomeOf(old.open('apply'))).toBe('STORE_SCHEMA_DIFFERS');
      expect(await outcomeOf(bench.store.migrate())).toBe('STORE_SCHEMA_DIFFERS');
    });

    it('need no more rights than the README grants, when somebody else has made them', async () => {
      await using owner = await Bench.open(server.url, { schema: 'granted' });
      const role = `waybill_runs_${Date.now()}`;
      await query(`create role ${role} login; ${GRANTS('granted', role)}`);
      const url = new URL(server.url);
      url.username = role;
      const bench = Bench.make(url.href, { schema: 'granted' });
      expect(await outcomeOf(bench.open('apply'))).toBe('done');
      await bench.store.transact(async (tx) => {
        const key = { scope: 's', endpoint: 'e', handlerId: 'h', idempotencyKey: 'k' };
        await bench.store.inbox.claim(tx, key, { now: storeClock });
        await bench.store.inbox.keepResponse(tx, key, new Uint8Array([1]));
        await bench.store.outbox.add(tx, 's', [entryOf('a'), entryOf('b'), entryOf('c')]);
      });
      const relay = { scope: 's', relay: 'r', now: storeClock } as const;
      const [a = '', b = ''] = (await bench.lease('s', 'r')).rows.map(({ sequence }) => sequence);
      expect(await bench.store.outbox.markSent(relay, [a])).toBe(1);
      expect(await bench.store.outbox.markFailed(relay, [{ sequence: b, reason: 'no', retryAfterMs: undefined }])).toBe(1);
      expect(await bench.store.outbox.decide('s', b, 'discard')).toBe(true);
      expect(await bench.store.inbox.prune({ scope: 's', olderThanMs: 0, limit: 10, now: Date.now() + 60_000 })).toBe(1);
      await bench.store.outbox.leave(relay);
      await bench[Symbol.asyncDispose]();
      expect(await outcomeOf(owner.waiting('s'))).toBe('done');
      await query(`drop owned by ${role}; drop role ${role}`);
    });
  });

  describe('statements on names and values', () => {
    it('take whatever stands in scopes, keys and sequences for what it is', async () => {
      await using bench = await Bench.open(server.url, { schema: 'hostile' });
      const evil = `'; drop table "hostile".outbox; -- $1 \\ " é 😀`;
      await bench.add(evil, entryOf('a', { partitionKey: evil, destination: { kind: 'reply', address: evil } }));
      const { rows } = await bench.lease(evil, evil);
      expect(rows.map(({ entry }) => [entry.partitionKey, entry.destination])).toEqual([[evil, { kind: 'reply', address: evil }]]);
      expect(await bench.store.outbox.decide(evil, `0 or 1=1`, 'discard')).toBe(false);
      expect(await bench.waiting(evil)).toBe(1);
    });
  });
});

/** As in the README. */
const GRANTS = (schema: string, role: string): string =>
  `grant usage on schema ${schema} to ${role};
grant select on ${schema}.migration to ${role};
grant select, insert, update, delete on ${schema}.outbox, ${schema}.outbox_slot, ${schema}.relay, ${schema}.inbox to ${role}`;
