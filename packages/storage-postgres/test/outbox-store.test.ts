import type { LeaseOptions } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import { describe, expect, it } from 'vitest';
import type { SqlRow } from '../src/database.ts';
import { type OutboxParts, PostgresOutboxStore } from '../src/outbox/postgres-outbox-store.ts';

describe('PostgresOutboxStore', () => {
  it('reads all slots at once for each relay that has them, until it has left', async () => {
    const asked: string[] = [];
    const query = (_text: string, _values: unknown, name = ''): Promise<readonly SqlRow[]> => {
      asked.push(name);
      const facts = JSON.stringify({ remaining: 1_000, slots: 64, due: null });
      return Promise.resolve(name === 'waybill_lease' ? [{ lease: facts, sequence: null }] : []);
    };
    const parts = { background: { query }, notices: { notify: () => 'null' }, schema: '"waybill"' } as unknown as OutboxParts<unknown>;
    const store = new PostgresOutboxStore(parts);
    const lease: Omit<LeaseOptions, 'scope' | 'relay' | 'mayShrink'> = {
      now: storeClock,
      leaseMs: 1_000,
      limit: 10,
      maxBytes: 1_000,
      except: [],
    };
    for (const relay of ['r', 's']) await store.lease({ ...lease, scope: relay, relay, mayShrink: true });
    asked.length = 0;
    for (const relay of ['r', 's']) await store.lease({ ...lease, scope: relay, relay, mayShrink: false });
    const all = ['waybill_readall', 'waybill_read', 'waybill_lease'];
    expect(asked).toEqual([...all, ...all]);
    await store.leave({ scope: 'r', relay: 'r', now: storeClock });
    asked.length = 0;
    await store.lease({ ...lease, scope: 'r', relay: 'r', mayShrink: false });
    expect(asked).toEqual(all.slice(1));
  });

  it('gives rows in the order of storing, however the database sends them', async () => {
    const row = (sequence: string, lease: string | null): SqlRow => ({
      lease,
      sequence,
      attempts: 0,
      destination: 'endpoint=orders',
      key: null,
      headers: '{}',
      options: null,
      text: '',
      body: null,
    });
    const facts = JSON.stringify({ remaining: 1_000, slots: 64, due: null });
    const query = (): Promise<readonly SqlRow[]> => Promise.resolve([row('10', facts), row('9', null), row('101', null), row('11', null)]);
    const parts = { background: { query }, notices: { notify: () => 'null' }, schema: '"waybill"' } as unknown as OutboxParts<unknown>;
    const { rows } = await new PostgresOutboxStore(parts).lease({
      scope: 's',
      relay: 'r',
      now: storeClock,
      leaseMs: 1_000,
      limit: 10,
      maxBytes: 1_000,
      except: [],
      mayShrink: false,
    });
    expect(rows.map(({ sequence }) => sequence)).toEqual(['9', '10', '11', '101']);
  });
});
