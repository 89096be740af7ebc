import { describe, expect, it } from 'vitest';
import { storeClock, type LeaseOptions, type OutboxLease } from '@waybill/core/persistence';
import type { MemoryStore } from '../src/index.ts';
import { entryOf, openStore } from './support/open-store.ts';

const lease = (store: MemoryStore, options: Partial<LeaseOptions> = {}): Promise<OutboxLease> =>
  store.outbox.lease({
    scope: 's',
    relay: 'one',
    now: storeClock,
    leaseMs: 15_000,
    limit: 100,
    maxBytes: 1e6,
    except: [],
    mayShrink: true,
    ...options,
  });

const add = (store: MemoryStore, ...texts: readonly string[]): Promise<void> =>
  store.transact((tx) =>
    store.outbox.add(
      tx,
      's',
      texts.map((text) => entryOf(text)),
    ),
  );

const texts = ({ rows }: OutboxLease): readonly string[] => rows.map(({ entry }) => new TextDecoder().decode(entry.body));

describe('the outbox of a memory store', () => {
  it('gives rows by sequence, however late those before were committed', async () => {
    const { store } = await openStore();
    await store.transact(async (early) => {
      await store.outbox.add(early, 's', [entryOf('first')]);
      await add(store, 'second');
      expect(texts(await lease(store))).toEqual(['second']);
    });
    expect(texts(await lease(store))).toEqual(['first', 'second']);
  });

  it('drains many rows in batches, none twice and none left, while more are added', async () => {
    const { store } = await openStore();
    const expected = Array.from({ length: 6_000 }, (_, index) => `row ${index}`);
    await add(store, ...expected.slice(0, 3_000));
    const sent: string[] = [];
    for (let batch = 0; batch < 60; batch += 1) {
      if (batch === 10) await add(store, ...expected.slice(3_000));
      const got = await lease(store);
      sent.push(...texts(got));
      expect(
        await store.outbox.markSent(
          { scope: 's', relay: 'one', now: storeClock },
          got.rows.map(({ sequence }) => sequence),
        ),
      ).toBe(got.rows.length);
    }
    expect(sent).toEqual(expected);
    expect(await store.outbox.status({ scope: 's', now: storeClock })).toEqual({ waiting: 0, delayed: 0, held: 0, oldestMs: 0 });
  });

  it('keeps what was given, whatever becomes of it afterwards', async () => {
    const { store } = await openStore();
    const headers = new Map([['waybill-id', '1']]);
    const body = Uint8Array.of(1, 2);
    await store.transact(async (tx) => {
      await store.outbox.add(tx, 's', [{ entry: { destination: { kind: 'topic', name: 't' }, headers, body } }]);
      headers.clear();
      body.fill(0);
    });
    const [row] = (await lease(store)).rows;
    expect(Array.from(row?.entry.headers ?? [])).toEqual([['waybill-id', '1']]);
    expect(row?.entry.body).toEqual(Uint8Array.of(1, 2));
  });
});
