import { expectThat } from '../../../runner.ts';
import { StoreBench, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const stricterIsolationEndsLostUpdates: StoreCase = {
  name: 'of two that change what both have read, the later one fails with TRANSACTION_CONFLICT where isolation is stricter than READ COMMITTED',
  number: 19,
  group: 'transactions',
  needs: 'sideBySide',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    for (const isolation of ['repeatable-read', 'serializable'] as const) {
      await bench.transact((tx) => bench.setData(tx, isolation, '0'));
      const late = bench.transact(
        async (tx) => {
          const before = await bench.getData(tx, isolation);
          await bench.transact((other) => bench.setData(other, isolation, '1'), { isolation });
          expectThat((await bench.getData(tx, isolation)) === before, `${isolation} sees a later commit`);
          await bench.setData(tx, isolation, '2');
        },
        { isolation },
      );
      const outcome = await outcomeOf(late);
      expectThat(outcome === 'TRANSACTION_CONFLICT', `${isolation}: it came to ${outcome}`);
      expectThat((await bench.committed(isolation)) === '1', `${isolation}: the earlier change is lost`);
    }
  },
};
