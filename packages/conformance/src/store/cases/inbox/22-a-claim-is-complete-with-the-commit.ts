import { StoreBench, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aClaimIsCompleteWithTheCommit: StoreCase = {
  name: 'a key is new once; after the commit it is completed, also for another process',
  number: 22,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const other = await bench.join();
    expectSame(
      'claims',
      [await bench.claimed(), await bench.claimed(), await other.claimed()].map(({ status }) => status),
      ['new', 'completed', 'completed'],
    );
  },
};
