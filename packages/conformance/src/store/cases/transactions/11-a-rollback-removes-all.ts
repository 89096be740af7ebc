import { expectThat } from '../../../runner.ts';
import { bytesOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aRollbackRemovesAll: StoreCase = {
  name: 'of a transaction that fails nothing stays: no business data, no row, no key, no response',
  number: 11,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await bench.transact((tx) => bench.setData(tx, 'order', 'before'));
    const error = new Error('the handler failed');
    const failed = bench.transact(async (tx) => {
      await bench.claim(tx);
      await bench.setData(tx, 'order', 'after');
      await bench.store.outbox.add(tx, bench.scope, [entryOf('ghost')]);
      await bench.store.inbox.keepResponse(tx, bench.key(), bytesOf('ghost'));
      throw error;
    });
    expectThat((await outcomeOf(failed)) === String(error), 'the transaction did not fail');
    expectThat((await bench.committed('order')) === 'before', 'business data has changed');
    expectSame('the rows', await bench.relay().texts(), []);
    const claim = await bench.claimed();
    expectThat(claim.status === 'new', 'the key stayed');
    const again = await bench.claimed();
    expectThat(again.status === 'completed' && again.response === undefined, 'the response stayed');
  },
};
