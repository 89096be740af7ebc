import { describe } from 'vitest';
import type { InboxKey } from '@waybill/core/persistence';
import { claiming, testMutants, type Inbox, type Store } from '../support/mutant.ts';

/** Breaks the keys on their way in. */
const keying = (store: Store, change: (key: InboxKey) => InboxKey): Partial<Store> =>
  claiming(store, (inbox) => ({
    claim: (tx, key, options) => inbox.claim(tx, change(key), options),
    keepResponse: (tx, key, response) => inbox.keepResponse(tx, change(key), response),
  }));

const pruning = (
  store: Store,
  change: (options: Parameters<Inbox['prune']>[0]) => Partial<Parameters<Inbox['prune']>[0]>,
): Partial<Store> => claiming(store, (inbox) => ({ prune: (options) => inbox.prune({ ...options, ...change(options) }) }));

describe('the inbox cases catch', () => {
  testMutants([
    {
      does: 'takes everything for new',
      caughtBy: [22, 25],
      breaks: (store) => claiming(store, () => ({ claim: () => Promise.resolve({ status: 'new' }) })),
    },
    {
      does: 'does not wait for the first, and says completed',
      caughtBy: [23, 24],
      breaks: (store) => {
        const seen = new Set<string>();
        return claiming(store, () => ({
          claim: async (_, key) => {
            const isNew = !seen.has(JSON.stringify(key));
            seen.add(JSON.stringify(key));
            return isNew ? { status: 'new' } : { status: 'completed', response: undefined };
          },
        }));
      },
    },
    {
      does: 'checks, then inserts',
      caughtBy: [23, 25, 28],
      breaks: (store) => {
        const committed = new Set<string>();
        const open = new WeakMap<object, string[]>();
        return {
          transact: async (work, options) => {
            const own: string[] = [];
            const result = await store.transact((tx) => {
              open.set(tx, own);
              return work(tx);
            }, options);
            for (const key of own) committed.add(key);
            return result;
          },
          ...claiming(store, () => ({
            claim: async (tx, key) => {
              if (committed.has(JSON.stringify(key))) return { status: 'completed', response: undefined };
              open.get(tx)?.push(JSON.stringify(key));
              return { status: 'new' };
            },
          })),
        };
      },
    },
    { does: 'forgets the handler', caughtBy: [26], breaks: (store) => keying(store, (key) => ({ ...key, handlerId: '' })) },
    { does: 'forgets the endpoint', caughtBy: [26], breaks: (store) => keying(store, (key) => ({ ...key, endpoint: '' })) },
    { does: 'forgets the scope', caughtBy: [26, 29], breaks: (store) => keying(store, (key) => ({ ...key, scope: '' })) },
    {
      does: 'joins the parts of a key',
      caughtBy: [26],
      breaks: (store) =>
        keying(store, ({ scope, ...key }) => ({ scope, endpoint: '', handlerId: '', idempotencyKey: Object.values(key).join('|') })),
    },
    {
      does: 'takes an empty response for none',
      caughtBy: [27],
      breaks: (store) =>
        claiming(store, (inbox) => ({
          keepResponse: (tx, key, response) => (response.length === 0 ? Promise.resolve() : inbox.keepResponse(tx, key, response)),
        })),
    },
    {
      does: 'keeps responses as text',
      caughtBy: [27],
      breaks: (store) =>
        claiming(store, (inbox) => ({
          keepResponse: (tx, key, response) => inbox.keepResponse(tx, key, new TextEncoder().encode(new TextDecoder().decode(response))),
        })),
    },
    {
      does: 'gives no response to whoever comes again',
      caughtBy: [23, 27],
      breaks: (store) =>
        claiming(store, (inbox) => ({
          claim: async (...parameters) => {
            const claim = await inbox.claim(...parameters);
            return claim.status === 'new' ? claim : { status: 'completed', response: undefined };
          },
        })),
    },
    { does: 'prunes without a limit', caughtBy: [29], breaks: (store) => pruning(store, () => ({ limit: 1e9 })) },
    { does: 'prunes the young too', caughtBy: [29], breaks: (store) => pruning(store, () => ({ olderThanMs: -1 })) },
    { does: 'never prunes', caughtBy: [29], breaks: (store) => claiming(store, () => ({ prune: () => Promise.resolve(0) })) },
    {
      does: 'waits in a prune for all that is open',
      caughtBy: [30],
      breaks: (store) => {
        const open = new Set<Promise<unknown>>();
        return {
          transact: (work, options) => {
            const done = store.transact(work, options);
            open.add(done);
            return done.finally(() => open.delete(done));
          },
          ...claiming(store, (inbox) => ({
            prune: async (options) => {
              await Promise.allSettled(open);
              return inbox.prune(options);
            },
          })),
        };
      },
    },
  ]);
});
