import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aUnitOfWorkUnderEachIsolation: StoreCase = {
  name: 'under each isolation a unit of work claims, writes and stores together, and its duplicate finds it completed',
  number: 21,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    for (const isolation of ['read-committed', 'repeatable-read', 'serializable'] as const) {
      const unit = (): Promise<string> =>
        bench.transact(
          async (tx) => {
            const { status } = await bench.claim(tx, { idempotencyKey: isolation });
            if (status === 'completed') return status;
            await bench.setData(tx, isolation, 'done');
            await bench.store.outbox.add(tx, bench.scope, [entryOf(isolation)]);
            return status;
          },
          { isolation },
        );
      expectSame(isolation, [await unit(), await unit()], ['new', 'completed']);
      expectThat((await bench.committed(isolation)) === 'done', `${isolation}: the business data is missing`);
    }
    expectSame('the rows', await bench.relay().texts(), ['read-committed', 'repeatable-read', 'serializable']);
  },
};
