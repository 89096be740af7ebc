import type { IStore } from '@waybill/core/persistence';
import type { StoreCase } from '../../store-case.ts';

export const manyOpenAtOnce: StoreCase = {
  name: 'stores that open at the same moment, as processes do that start together, all serve',
  number: 7,
  group: 'life',
  run: async (run) => {
    const stores = Array.from({ length: 4 }, () => run.create());
    for (const store of stores) run.own(() => store.close());
    await run.soon('opening four stores', Promise.all(stores.map((store) => store.open(run.openOptions()))));
    await run.soon('four transactions', Promise.all(stores.map((store) => store.transact(() => Promise.resolve()))));
    const [first, ...others] = stores as [IStore, ...IStore[]];
    const same = first.open(run.openOptions());
    await run.soon('opening one of them twice at once', Promise.all([same, first.open(run.openOptions())]));
    for (const _ of [1, 2]) await run.soon('closing it twice', first.close());
    await run.soon(
      'a transaction',
      first.transact(() => Promise.resolve()),
    );
    await run.soon('closing the others', Promise.all(others.map((store) => store.close())));
    await run.soon(
      'a transaction',
      first.transact(() => Promise.resolve()),
    );
  },
};
