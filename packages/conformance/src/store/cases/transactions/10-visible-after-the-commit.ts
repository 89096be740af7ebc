import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const visibleAfterTheCommit: StoreCase = {
  name: 'nothing that a transaction writes is seen by others before its commit, and all of it after',
  number: 10,
  group: 'transactions',
  needs: 'sideBySide',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const other = await bench.join();
    await bench.transact(async (tx) => {
      await bench.setData(tx, 'order', 'submitted');
      await bench.store.outbox.add(tx, bench.scope, [entryOf('a')]);
      expectThat((await bench.getData(tx, 'order')) === 'submitted', 'a transaction does not see what it has written');
      expectThat((await other.committed('order')) === undefined, 'business data is seen before the commit');
      expectSame('the rows before the commit', await other.relay('one').texts(), []);
      await other.expectStatus({ waiting: 0, delayed: 0, held: 0 }, 'before the commit');
    });
    expectThat((await other.committed('order')) === 'submitted', 'business data is not seen after the commit');
    expectSame('the rows after the commit', await other.relay('one').texts(), ['a']);
  },
};
