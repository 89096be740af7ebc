import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const opensClosesOpensAgain: StoreCase = {
  name: 'what is stored outlives close: a store that opens again, and another one, find it',
  number: 1,
  group: 'life',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await bench.add(entryOf('kept'));
    await bench.claimed();
    await bench.store.close();
    await run.soon('opening it again', bench.store.open(run.openOptions()));
    expectThat((await bench.claimed()).status === 'completed', 'the key is forgotten');
    const other = await bench.join();
    expectSame('the rows of another store', await other.relay().texts(), ['kept']);
  },
};
