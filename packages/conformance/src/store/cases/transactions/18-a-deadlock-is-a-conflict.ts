import { crossed } from '../../crossed.ts';
import { StoreBench, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aDeadlockIsAConflict: StoreCase = {
  name: 'of two transactions that wait for each other one fails with TRANSACTION_CONFLICT, however its work wraps or swallows that, and may be run again',
  number: 18,
  group: 'transactions',
  needs: 'sideBySide',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const ways: readonly ((error: unknown) => void)[] = [
      (error) => {
        throw error;
      },
      (error) => {
        throw new Error('wrapped', { cause: new Error('twice', { cause: error }) });
      },
      () => undefined,
    ];
    for (const [index, swallow] of ways.entries()) {
      const outcomes = await crossed(bench, `rows ${index}`, swallow);
      expectSame('the two transactions', outcomes.toSorted(), ['TRANSACTION_CONFLICT', 'it succeeded']);
      const winner = outcomes[0] === 'it succeeded' ? 'first' : 'second';
      const rows = [await bench.committed(`rows ${index} a`), await bench.committed(`rows ${index} b`)];
      expectSame('the rows that both wrote', rows, [winner, winner]);
      await bench.transact((tx) => bench.setData(tx, `rows ${index} a`, 'again'));
    }
  },
};
