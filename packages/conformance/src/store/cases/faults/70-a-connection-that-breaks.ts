import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aConnectionThatBreaks: StoreCase = {
  name: 'a connection that breaks in the middle is STORE_UNAVAILABLE: rolled back, rows free, and the next transaction works',
  number: 70,
  group: 'faults',
  needs: 'breakConnection',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const breaks = run.faults.breakConnection?.bind(run.faults) ?? (() => Promise.resolve());
    for (let round = 0; round < 3; round += 1) {
      const broken = outcomeOf(
        bench.transact(async (tx) => {
          await bench.claim(tx);
          await bench.setData(tx, 'order', 'written');
          await bench.store.outbox.add(tx, bench.scope, [entryOf('ghost')]);
          await breaks(tx);
          await run.quiet();
          await bench.setData(tx, 'late', 'written');
        }),
      );
      expectThat((await broken) === 'STORE_UNAVAILABLE', `it came to: ${await broken}`);
    }
    expectThat((await bench.committed('order')) === undefined, 'business data has changed');
    expectThat((await bench.claimed()).status === 'new', 'the key stayed');
    expectSame('the rows', await bench.relay().texts(), []);
  },
};
