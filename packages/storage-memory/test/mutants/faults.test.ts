import { describe } from 'vitest';
import { isBusError } from '@waybill/core';
import type { ErrorCode } from '@waybill/core';
import { testMutants, type Store } from '../support/mutant.ts';

const raising = (store: Store, code: ErrorCode, instead: (error: unknown) => Promise<never>): Partial<Store> => ({
  transact: (work, options) =>
    store.transact(work, options).catch((error: unknown) => (isBusError(error, code) ? instead(error) : Promise.reject(error as Error))),
});

describe('the cases of faults catch', () => {
  testMutants([
    {
      does: 'gives a broken connection as what the driver said',
      caughtBy: [70, 72],
      breaks: (store) => raising(store, 'STORE_UNAVAILABLE', () => Promise.reject(new Error('Connection terminated unexpectedly'))),
    },
    {
      does: 'runs work again whose COMMIT got no answer',
      caughtBy: [71],
      breaks: (store) => ({
        transact: (work, options) =>
          store.transact(work, options).catch((error: unknown) => {
            if (isBusError(error, 'TRANSACTION_OUTCOME_UNKNOWN')) return store.transact(work, options);
            throw error;
          }),
      }),
    },
    {
      does: 'waits without end for a database that is away',
      caughtBy: [72],
      breaks: (store) => raising(store, 'STORE_UNAVAILABLE', () => new Promise<never>(() => undefined)),
    },
  ]);
});
