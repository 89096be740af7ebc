import { makeGate } from '../../../gate.ts';
import { StoreBench, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const serializableEndsWriteSkew: StoreCase = {
  name: 'under serializable, of two that each write what the other has read one fails with TRANSACTION_CONFLICT',
  number: 20,
  group: 'transactions',
  needs: 'sideBySide',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const both = makeGate();
    let readers = 0;
    const skewed = (own: string, foreign: string): Promise<string> =>
      outcomeOf(
        bench.transact(
          async (tx) => {
            await bench.getData(tx, foreign);
            readers += 1;
            if (readers === 2) both.open();
            await both.opened;
            await bench.setData(tx, own, own);
          },
          { isolation: 'serializable' },
        ),
      );
    const outcomes = await Promise.all([skewed('a', 'b'), skewed('b', 'a')]);
    expectSame('the two transactions', outcomes.toSorted(), ['TRANSACTION_CONFLICT', 'it succeeded']);
  },
};
