import { describe } from 'vitest';
import type { LeaseOptions, OutboxEntry, OutboxLease } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { storing, testMutants, type Store } from '../support/mutant.ts';

/** Breaks entries on their way in. */
const entering = (store: Store, change: (entry: OutboxEntry) => OutboxEntry): Partial<Store> =>
  storing(store, (outbox) => ({ add: (tx, scope, entries) => outbox.add(tx, scope, entries.map(change)) }));

const carrying = (store: Store, change: (entry: TransportEntry) => Partial<TransportEntry>): Partial<Store> =>
  entering(store, ({ entry, dueAt }) => ({ entry: { ...entry, ...change(entry) }, dueAt }));

/** Breaks what leases give. */
const leasing = (store: Store, change: (lease: OutboxLease, options: LeaseOptions) => Partial<OutboxLease>): Partial<Store> =>
  storing(store, (outbox) => ({
    lease: async (options) => {
      const lease = await outbox.lease(options);
      return { ...lease, ...change(lease, options) };
    },
  }));

describe('the outbox cases catch', () => {
  testMutants([
    { does: 'gives rows in no order', caughtBy: [31, 37], breaks: (store) => leasing(store, ({ rows }) => ({ rows: rows.toReversed() })) },
    {
      does: 'gives rows by their keys',
      caughtBy: [31],
      breaks: (store) =>
        leasing(store, ({ rows }) => ({
          rows: rows.toSorted((left, right) => (left.entry.partitionKey ?? '').localeCompare(right.entry.partitionKey ?? '')),
        })),
    },
    {
      does: 'gives all rows one sequence',
      caughtBy: [31],
      breaks: (store) => leasing(store, ({ rows }) => ({ rows: rows.map((row) => ({ ...row, sequence: '1' })) })),
    },
    {
      does: 'takes an empty key for none',
      caughtBy: [32, 49],
      breaks: (store) => carrying(store, ({ partitionKey = '' }) => ({ partitionKey: partitionKey === '' ? undefined : partitionKey })),
    },
    { does: 'forgets when an entry expires', caughtBy: [32], breaks: (store) => carrying(store, () => ({ expiresAt: undefined })) },
    {
      does: 'takes a time of 0 for none',
      caughtBy: [32],
      breaks: (store) => carrying(store, ({ notBefore = 0 }) => ({ notBefore: notBefore === 0 ? undefined : notBefore })),
    },
    {
      does: 'drops empty headers',
      caughtBy: [32],
      breaks: (store) => carrying(store, ({ headers }) => ({ headers: new Map(Array.from(headers).filter(([, value]) => value !== '')) })),
    },
    {
      does: 'keeps the whole buffer of a body',
      caughtBy: [32, 64],
      breaks: (store) => carrying(store, ({ body }) => ({ body: new Uint8Array(body.buffer) })),
    },
    { does: 'keeps what it was given, and no copy', caughtBy: [33], breaks: (store) => carrying(store, () => ({ immutable: true })) },
    {
      does: 'reads by a cursor',
      caughtBy: [34],
      breaks: (store) => {
        let read = 0;
        return leasing(store, ({ rows }) => {
          const later = rows.filter(({ sequence }) => Number(sequence) > read);
          read = Math.max(read, ...later.map(({ sequence }) => Number(sequence)));
          return { rows: later };
        });
      },
    },
    { does: 'gives delayed rows at once', caughtBy: [35], breaks: (store) => entering(store, ({ entry }) => ({ entry })) },
    {
      does: 'does not say when the next row is due',
      caughtBy: [35, 48],
      breaks: (store) => leasing(store, () => ({ nextDueMs: undefined })),
    },
    {
      does: 'gives what is delayed a little early',
      caughtBy: [35],
      breaks: (store) => entering(store, ({ entry, dueAt }) => ({ entry, dueAt: dueAt === undefined ? dueAt : dueAt - 1 })),
    },
    {
      does: 'tells before the commit',
      caughtBy: [36],
      breaks: (store) => {
        const listeners = new Set<() => void>();
        return storing(store, (outbox) => ({
          onAdded: (_, listener) => {
            listeners.add(listener);
            return () => void listeners.delete(listener);
          },
          add: async (...parameters) => {
            await outbox.add(...parameters);
            for (const listener of listeners) listener();
          },
        }));
      },
    },
    {
      does: 'goes on telling',
      caughtBy: [36],
      breaks: (store) =>
        storing(store, (outbox) => ({
          onAdded: (scope, listener) => {
            outbox.onAdded(scope, listener);
            return () => undefined;
          },
        })),
    },
    {
      does: 'stores no more than 500 rows at once',
      caughtBy: [37],
      breaks: (store) => storing(store, (outbox) => ({ add: (tx, scope, entries) => outbox.add(tx, scope, entries.slice(0, 500)) })),
    },
    {
      does: 'stores row by row',
      caughtBy: [38],
      breaks: (store) =>
        storing(store, (outbox) => ({
          add: async (tx, scope, entries) => {
            for (const entry of entries) await outbox.add(tx, scope, [entry]);
          },
        })),
    },
    {
      does: 'removes row by row',
      caughtBy: [38],
      breaks: (store) =>
        storing(store, (outbox) => ({
          markSent: async (relay, sequences) => {
            let removed = 0;
            for (const sequence of sequences) removed += await outbox.markSent(relay, [sequence]);
            return removed;
          },
        })),
    },
  ]);
});
