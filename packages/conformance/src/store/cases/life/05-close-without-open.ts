import type { StoreCase } from '../../store-case.ts';

export const closeWithoutOpen: StoreCase = {
  name: 'close without open, and once too often, does nothing and does not reject',
  number: 5,
  group: 'life',
  run: async (run) => {
    const store = run.create();
    await run.soon('closing what is not open', store.close());
    await run.soon('opening', store.open(run.openOptions()));
    await run.soon('closing', store.close());
    await run.soon('closing again', store.close());
    run.own(() => store.close());
    await run.soon('opening again', store.open(run.openOptions()));
    await run.soon(
      'a transaction',
      store.transact(() => Promise.resolve()),
    );
  },
};
