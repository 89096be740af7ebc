import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { systemRuntime } from '@waybill/core';
import { storeClock } from '@waybill/core/persistence';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { pglite } from '../src/pglite.ts';
import { entryOf, outcomeOf } from './support/bench.ts';

describe('a store in a PGlite', () => {
  const db = new PGlite();
  const store = pglite(db);
  afterAll(() => db.close());

  it('claims, keeps, stores, tells, leases and removes', async () => {
    await store.open({ runtime: systemRuntime(), provisioning: 'apply' });
    let told = 0;
    store.outbox.onAdded('s', () => (told += 1));
    const key = { scope: 's', endpoint: 'e', handlerId: 'h', idempotencyKey: 'k' };
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.transact(async (tx) => {
      expect(await store.inbox.claim(tx, key, { now: storeClock })).toEqual({ status: 'new' });
      await store.inbox.keepResponse(tx, key, body);
      await store.outbox.add(tx, 's', [entryOf('a', { body, partitionKey: 'k' }), entryOf('b', { priority: 3 })]);
    });
    await vi.waitFor(() => expect(told).toBeGreaterThan(0), 5_000);
    const again = await store.transact((tx) => store.inbox.claim(tx, key, { now: storeClock }));
    expect(Buffer.from((again.status === 'completed' && again.response) || []).equals(body)).toBe(true);
    const relay = { scope: 's', relay: 'r', now: storeClock } as const;
    const { rows, slots } = await store.outbox.lease({ ...relay, leaseMs: 5_000, limit: 9, maxBytes: 999, except: [], mayShrink: true });
    expect(rows.map(({ entry }) => [entry.headers.get('id'), entry.body.length, entry.priority])).toEqual([
      ['a', 256, undefined],
      ['b', 1, 3],
    ]);
    expect(slots).toEqual({ own: 64, all: 64 });
    const [a = '', b = ''] = rows.map(({ sequence }) => sequence);
    expect(await store.outbox.markFailed(relay, [{ sequence: a, reason: 'no', retryAfterMs: undefined }])).toBe(1);
    expect(await store.outbox.markSent(relay, [b])).toBe(1);
    expect((await store.outbox.held({ scope: 's', limit: 5 })).map(({ reason, state }) => [reason, state])).toEqual([['no', 'held']]);
    expect(await store.outbox.decide('s', a, 'discard')).toBe(true);
    expect(await store.outbox.status({ scope: 's', now: storeClock })).toEqual({ waiting: 0, delayed: 0, held: 0, oldestMs: 0 });
  });

  it('runs a transaction under the isolation that is asked for', async () => {
    for (const isolation of ['read-committed', 'repeatable-read', 'serializable'] as const) {
      const { rows } = await store.transact((tx) => tx.query('show transaction_isolation'), { isolation });
      expect(rows).toEqual([{ transaction_isolation: isolation.replace('-', ' ') }]);
    }
  });

  it('is of the version that the README tells', async () => {
    const { rows } = await db.query<{ readonly version: string }>('select version()');
    const [, server, own] = /^PostgreSQL (\S+) \(PGlite (\S+)\)/.exec(rows[0]?.version ?? '') ?? [];
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme.includes(`| PGlite ${own} | PostgreSQL ${server} |`)).toBe(true);
  });

  it('rolls back, and says so where a failure was swallowed', async () => {
    await db.query('create table orders (id int)');
    const swallowed = store.transact(async (tx) => {
      await tx.query('insert into orders values (1)');
      await tx.query('select 1 / 0').catch(() => {});
    });
    expect(await outcomeOf(swallowed)).toBe('TRANSACTION_ROLLED_BACK');
    expect((await db.query('select * from orders')).rows).toEqual([]);
  });
});
