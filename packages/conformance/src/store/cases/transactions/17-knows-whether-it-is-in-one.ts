import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const knowsWhetherItIsInOne: StoreCase = {
  name: 'it says that a transaction is open in the work of one and in what the work calls, not beside it and not after',
  number: 17,
  group: 'transactions',
  run: async (run) => {
    const { store } = await StoreBench.open(run);
    const hold = makeGate();
    const inside: boolean[] = [];
    expectThat(!store.inTransaction(), 'one is open before');
    const open = store.transact(async () => {
      inside.push(store.inTransaction());
      await hold.opened;
      inside.push(await Promise.resolve().then(() => store.inTransaction()));
    });
    await run.quiet();
    expectThat(!store.inTransaction(), 'one is open beside');
    hold.open();
    await run.soon('the transaction', open);
    expectSame('inside', inside, [true, true]);
    expectThat(!store.inTransaction(), 'one is open after');
  },
};
