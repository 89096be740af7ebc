import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aFailedStatementCannotBeCommitted: StoreCase = {
  name: 'after a statement that the database refused nothing is committed, though the work goes on as if nothing had happened',
  number: 13,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const swallowed = bench.transact(async (tx) => {
      await bench.setData(tx, 'order', 'before the failure');
      await bench.store.outbox.add(tx, bench.scope, [entryOf('ghost')]);
      await run.data.fail(tx).catch(() => undefined);
    });
    expectThat((await outcomeOf(swallowed)) !== 'it succeeded', 'it passes for committed');
    expectThat((await bench.committed('order')) === undefined, 'business data has changed');
    expectSame('the rows', await bench.relay().texts(), []);
  },
};
