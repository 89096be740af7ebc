import type { StoreHarness } from '@waybill/conformance';
import type { IStore } from '@waybill/core/persistence';
import { memoryStore, type MemoryTransaction } from '../../src/index.ts';

/** A harness of one memory store, which all processes share; `change` breaks it for each of them. */
export function memoryHarness(
  change: (store: IStore<MemoryTransaction>) => IStore<MemoryTransaction> = (store) => store,
): StoreHarness<MemoryTransaction> {
  const store = memoryStore();
  return {
    create: () => change(store),
    virtualTime: true,
    tellsOthers: true,
    data: {
      set: (tx, key, value) => tx.table<string>('data').set(key, value),
      get: (tx, key) => tx.table<string>('data').get(key),
      fail: async (tx) => {
        await tx.table<unknown>('data').set('it', () => 'a function cannot be copied');
        throw new Error('it was copied');
      },
    },
  };
}
