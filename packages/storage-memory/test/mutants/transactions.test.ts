import { describe } from 'vitest';
import { isBusError } from '@waybill/core';
import type { TransactOptions } from '@waybill/core/persistence';
import type { MemoryTransaction } from '../../src/index.ts';
import { claiming, storing, testMutants, type Store } from '../support/mutant.ts';

type Work<Result> = (tx: MemoryTransaction) => Promise<Result>;

/** Breaks what `transact` does. */
const transacting = (change: <Result>(work: Work<Result>, options: TransactOptions | undefined) => Promise<Result>): Partial<Store> => ({
  transact: (work, options) => change(work, options),
});

describe('the cases of transactions catch', () => {
  testMutants([
    {
      does: 'stores rows in a transaction of its own',
      caughtBy: [10, 11, 13, 70],
      breaks: (store) =>
        storing(store, (outbox) => ({ add: (_, scope, entries) => store.transact((other) => outbox.add(other, scope, entries)) })),
    },
    {
      does: 'claims in a transaction of its own',
      caughtBy: [11, 24],
      breaks: (store) =>
        claiming(store, (inbox) => ({ claim: (_, key, options) => store.transact((other) => inbox.claim(other, key, options)) })),
    },
    {
      does: 'wraps what the work throws',
      caughtBy: [12],
      breaks: (store) =>
        transacting((work, options) =>
          store.transact(work, options).catch((cause: unknown) => {
            throw isBusError(cause) ? cause : new Error('the transaction failed', { cause });
          }),
        ),
    },
    {
      does: 'runs work that failed a second time',
      caughtBy: [12],
      breaks: (store) => transacting((work, options) => store.transact(work, options).catch(() => store.transact(work, options))),
    },
    {
      does: 'passes a COMMIT for done that was a rollback',
      caughtBy: [13, 18],
      breaks: (store) =>
        transacting(async (work, options) => {
          const results: Awaited<ReturnType<typeof work>>[] = [];
          try {
            return await store.transact(async (tx) => {
              results.push((await work(tx)) as Awaited<ReturnType<typeof work>>);
              return results[0] as Awaited<ReturnType<typeof work>>;
            }, options);
          } catch (error) {
            if (results.length > 0) return results[0] as Awaited<ReturnType<typeof work>>;
            throw error;
          }
        }),
    },
    {
      does: 'does not listen to the signal',
      caughtBy: [14, 15],
      breaks: (store) =>
        transacting((work, options) => store.transact(work, options?.isolation === undefined ? {} : { isolation: options.isolation })),
    },
    {
      does: 'gives up by the signal, and commits what was written until then',
      caughtBy: [14],
      breaks: (store) =>
        transacting(async (work, options) => {
          const { signal } = options ?? {};
          const done = store.transact(work);
          if (signal === undefined) return done;
          signal.throwIfAborted();
          const aborted = new Promise<never>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
          );
          return Promise.race([done, aborted]);
        }),
    },
    {
      does: 'runs one transaction at a time',
      caughtBy: [16],
      breaks: (store) => {
        let last: Promise<unknown> = Promise.resolve();
        return transacting((work, options) => {
          const next = last.then(() => store.transact(work, options));
          last = next.catch(() => undefined);
          return next;
        });
      },
    },
    { does: 'never knows whether it is in a transaction', caughtBy: [17], breaks: () => ({ inTransaction: () => false }) },
    {
      does: 'takes any open transaction for the one that it is in',
      caughtBy: [17],
      breaks: (store) => {
        let open = 0;
        return {
          inTransaction: () => open > 0,
          ...transacting(async (work, options) => {
            open += 1;
            try {
              return await store.transact(work, options);
            } finally {
              open -= 1;
            }
          }),
        };
      },
    },
    {
      does: 'gives conflicts as what the database said',
      caughtBy: [18, 19, 20],
      breaks: (store) =>
        transacting((work, options) =>
          store.transact(work, options).catch((error: unknown) => {
            throw isBusError(error, 'TRANSACTION_CONFLICT') ? new Error('deadlock detected') : error;
          }),
        ),
    },
    {
      does: 'knows one isolation only',
      caughtBy: [19, 20],
      breaks: (store) =>
        transacting((work, options) => store.transact(work, options?.signal === undefined ? {} : { signal: options.signal })),
    },
    {
      does: 'takes repeatable read for serializable',
      caughtBy: [20],
      breaks: (store) =>
        transacting((work, { isolation, ...options } = {}) =>
          store.transact(work, {
            ...options,
            isolation: isolation === 'serializable' ? 'repeatable-read' : (isolation ?? 'read-committed'),
          }),
        ),
    },
    {
      does: 'rolls back where isolation is serializable',
      caughtBy: [21],
      breaks: (store) =>
        transacting(async (work, options) => {
          if (options?.isolation !== 'serializable') return store.transact(work, options);
          const results: Awaited<ReturnType<typeof work>>[] = [];
          const rolledBack = store.transact(async (tx) => {
            results.push((await work(tx)) as Awaited<ReturnType<typeof work>>);
            throw new Error('rolled back');
          }, options);
          return rolledBack.catch((error: unknown) => {
            if (results.length === 0) throw error;
            return results[0] as Awaited<ReturnType<typeof work>>;
          });
        }),
    },
  ]);
});
