import { describe } from 'vitest';
import type { LeaseOptions, OutboxLease, RelayIdentity, SendFailure } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { storing, testMutants, type Outbox, type Store } from '../support/mutant.ts';

/** Breaks what a lease is asked. */
const asking = (store: Store, change: (options: LeaseOptions) => Partial<LeaseOptions>): Partial<Store> =>
  storing(store, (outbox) => ({ lease: (options) => outbox.lease({ ...options, ...change(options) }) }));

/** Breaks what a lease gives. */
const leasing = (store: Store, change: (lease: OutboxLease) => Partial<OutboxLease>): Partial<Store> =>
  storing(store, (outbox) => ({
    lease: async (options) => {
      const lease = await outbox.lease(options);
      return { ...lease, ...change(lease) };
    },
  }));

const failing = (store: Store, change: (failure: SendFailure) => Partial<SendFailure>): Partial<Store> =>
  storing(store, (outbox) => ({
    markFailed: (relay, failures) =>
      outbox.markFailed(
        relay,
        failures.map((failure) => ({ ...failure, ...change(failure) })),
      ),
  }));

/** Marks in the name of every relay that was ever there. */
function unfenced(store: Store): Partial<Store> {
  const relays = new Set<string>();
  const asAll = async (relay: RelayIdentity, mark: (one: RelayIdentity) => Promise<number>): Promise<number> => {
    let marked = 0;
    for (const name of relays) marked += await mark({ ...relay, relay: name });
    return marked;
  };
  return storing(store, (outbox) => ({
    lease: (options) => {
      relays.add(options.relay);
      return outbox.lease(options);
    },
    markSent: (relay, sequences) => asAll(relay, (one) => outbox.markSent(one, sequences)),
    markFailed: (relay, failures) => asAll(relay, (one) => outbox.markFailed(one, failures)),
  }));
}

/** Knows nothing of keys: entries are stored without them, and get them back on their way out. */
function keyless(store: Store): Partial<Store> {
  const whole = new WeakMap<TransportEntry, TransportEntry>();
  const without = (entry: TransportEntry): TransportEntry => {
    const stored: TransportEntry = { ...entry, partitionKey: undefined, immutable: true };
    whole.set(stored, entry);
    return stored;
  };
  return storing(store, (outbox) => ({
    add: (tx, scope, entries) =>
      outbox.add(
        tx,
        scope,
        entries.map(({ entry, dueAt }) => ({ entry: without(entry), dueAt })),
      ),
    lease: async (options) => {
      const lease = await outbox.lease(options);
      return { ...lease, rows: lease.rows.map((row) => ({ ...row, entry: whole.get(row.entry) ?? row.entry })) };
    },
  }));
}

/** All relays are one. */
const oneForAll = (store: Store): Partial<Store> =>
  storing(store, (outbox) => ({
    lease: (options) => outbox.lease({ ...options, relay: 'all' }),
    markSent: (relay, sequences) => outbox.markSent({ ...relay, relay: 'all' }, sequences),
    markFailed: (relay, failures) => outbox.markFailed({ ...relay, relay: 'all' }, failures),
  }));

const scopeless = (store: Store): Partial<Store> =>
  storing(store, (outbox) => ({
    add: (tx, _, entries) => outbox.add(tx, 'all', entries),
    lease: (options) => outbox.lease({ ...options, scope: 'all' }),
    markSent: (relay, sequences) => outbox.markSent({ ...relay, scope: 'all' }, sequences),
    status: (options) => outbox.status({ ...options, scope: 'all' }),
  }));

/** Finds held rows whatever their scope. */
function decidesAnywhere(outbox: Outbox): Partial<Outbox> {
  const scopes = new Set<string>();
  return {
    add: (tx, scope, entries) => {
      scopes.add(scope);
      return outbox.add(tx, scope, entries);
    },
    decide: async (_, sequence, decision) => {
      const decided = await Promise.all(Array.from(scopes, (scope) => outbox.decide(scope, sequence, decision)));
      return decided.includes(true);
    },
  };
}

describe('the relay cases catch', () => {
  testMutants([
    {
      does: 'has a clock that stands',
      caughtBy: [39],
      breaks: (store) => asking(store, ({ now }) => ({ now: now === storeClock ? 1_000 : now })),
    },
    {
      does: 'promises more time than was asked for',
      caughtBy: [40],
      breaks: (store) => leasing(store, ({ remainingMs }) => ({ remainingMs: remainingMs * 2 })),
    },
    { does: 'forgets a relay between two leases', caughtBy: [43], breaks: (store) => asking(store, () => ({ leaseMs: 1 })) },
    { does: 'gives all to the first', caughtBy: [41, 43], breaks: (store) => asking(store, () => ({ mayShrink: false })) },
    { does: 'gives everything to everybody', caughtBy: [41, 42, 53, 54], breaks: oneForAll },
    {
      does: 'promises time to one without a share',
      caughtBy: [42, 43],
      breaks: (store) =>
        storing(store, (outbox) => ({ lease: async (options) => ({ ...(await outbox.lease(options)), remainingMs: options.leaseMs }) })),
    },
    { does: 'takes slots whose rows are under way', caughtBy: [43], breaks: (store) => asking(store, () => ({ mayShrink: true })) },
    {
      does: 'never frees what a relay had',
      caughtBy: [44, 45],
      breaks: (store) => asking(store, ({ leaseMs }) => ({ leaseMs: leaseMs * 1_000 })),
    },
    { does: 'frees rows a little early', caughtBy: [44], breaks: (store) => asking(store, ({ leaseMs }) => ({ leaseMs: leaseMs - 1 })) },
    { does: 'has no fence', caughtBy: [45, 46], breaks: unfenced },
    {
      does: 'keeps what a relay had that leaves',
      caughtBy: [46],
      breaks: (store) => storing(store, () => ({ leave: () => Promise.resolve() })),
    },
    {
      does: 'says that all were removed',
      caughtBy: [45, 47],
      breaks: (store) =>
        storing(store, (outbox) => ({
          markSent: async (relay, sequences) => Math.max(sequences.length, await outbox.markSent(relay, sequences)),
        })),
    },
    {
      does: 'removes nothing',
      caughtBy: [47, 54, 55],
      breaks: (store) => storing(store, () => ({ markSent: async (_, sequences) => sequences.length })),
    },
    {
      does: 'gives failed rows at once',
      caughtBy: [48],
      breaks: (store) => failing(store, ({ retryAfterMs }) => ({ retryAfterMs: retryAfterMs === undefined ? undefined : 0 })),
    },
    {
      does: 'takes another try at once for none',
      caughtBy: [48],
      breaks: (store) => failing(store, ({ retryAfterMs = 0 }) => ({ retryAfterMs: retryAfterMs === 0 ? undefined : retryAfterMs })),
    },
    { does: 'tries held rows again', caughtBy: [49, 57], breaks: (store) => failing(store, ({ retryAfterMs = 0 }) => ({ retryAfterMs })) },
    {
      does: 'counts no attempts',
      caughtBy: [48],
      breaks: (store) => leasing(store, ({ rows }) => ({ rows: rows.map((row) => ({ ...row, attempts: 0 })) })),
    },
    { does: 'knows nothing of keys', caughtBy: [48, 49, 52], breaks: keyless },
    { does: 'gives rows again that are under way', caughtBy: [50], breaks: (store) => asking(store, () => ({ except: [] })) },
    { does: 'gives more rows than asked for', caughtBy: [50, 51], breaks: (store) => asking(store, () => ({ limit: 1_000 })) },
    { does: 'gives more bytes than asked for', caughtBy: [51], breaks: (store) => asking(store, () => ({ maxBytes: 1e9 })) },
    {
      does: 'never gives what is larger than asked for',
      caughtBy: [51],
      breaks: (store) =>
        storing(store, (outbox) => ({
          lease: async (options) => {
            const lease = await outbox.lease(options);
            return { ...lease, rows: lease.rows.filter(({ entry }) => entry.body.length <= options.maxBytes) };
          },
        })),
    },
    { does: 'knows no scopes', caughtBy: [56], breaks: scopeless },
    { does: 'decides on rows of any scope', caughtBy: [56], breaks: (store) => storing(store, decidesAnywhere) },
  ]);
});
