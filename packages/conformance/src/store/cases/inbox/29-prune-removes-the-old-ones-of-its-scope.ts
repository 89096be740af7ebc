import { expectThat } from '../../../runner.ts';
import { StoreBench, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const pruneRemovesTheOldOnesOfItsScope: StoreCase = {
  name: 'prune removes keys older than the window, at most so many at a time, says how many, and touches no other scope',
  number: 29,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const aside = bench.aside();
    const prune = (limit: number): Promise<number> =>
      run.soon('a prune', bench.store.inbox.prune({ scope: bench.scope, olderThanMs: 1_000, limit, now: bench.now }));
    for (let index = 0; index < 5; index += 1) await bench.claimed({ idempotencyKey: `old ${index}` });
    await aside.claimed({ idempotencyKey: 'old 0' });
    bench.later(1_500);
    await bench.claimed({ idempotencyKey: 'young' });
    expectSame('pruned', [await prune(2), await prune(2), await prune(2), await prune(2)], [2, 2, 1, 0]);
    expectThat((await bench.claimed({ idempotencyKey: 'young' })).status === 'completed', 'a young key is gone');
    expectThat((await aside.claimed({ idempotencyKey: 'old 0' })).status === 'completed', 'a key of another scope is gone');
    for (let index = 0; index < 5; index += 1)
      expectThat((await bench.claimed({ idempotencyKey: `old ${index}` })).status === 'new', `the key old ${index} is still there`);
  },
};
