import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const eachOpenIsPairedWithAClose: StoreCase = {
  name: 'a store that was opened twice serves until it was closed twice',
  number: 2,
  group: 'life',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await run.soon('the second open', bench.store.open(run.openOptions()));
    await run.soon('the first close', bench.store.close());
    await bench.add(entryOf('a'));
    await run.soon('the second close', bench.store.close());
    const late = await outcomeOf(bench.transact(() => Promise.resolve()));
    expectThat(late === 'STORE_UNAVAILABLE', `after the second close a transaction came to: ${late}`);
  },
};
