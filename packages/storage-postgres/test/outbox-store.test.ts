import { storeClock } from '@waybill/core/persistence';
import { describe, expect, it } from 'vitest';
import type { SqlRow } from '../src/database.ts';
import { type OutboxParts, PostgresOutboxStore } from '../src/outbox/postgres-outbox-store.ts';

describe('PostgresOutboxStore', () => {
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
