import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aCommitWithoutAnAnswer: StoreCase = {
  name: 'a COMMIT that gets no answer is TRANSACTION_OUTCOME_UNKNOWN: all of it is stored or nothing, and the claim tells which',
  number: 71,
  group: 'faults',
  needs: 'loseCommit',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const lose = run.faults.loseCommit?.bind(run.faults) ?? (() => Promise.resolve());
    for (const isStored of [true, false]) {
      const key = { idempotencyKey: `stored ${isStored}` };
      const unit = (): Promise<string> =>
        bench.transact(async (tx) => {
          const { status } = await bench.claim(tx, key);
          if (status === 'completed') return status;
          await bench.setData(tx, key.idempotencyKey, 'done');
          await bench.store.outbox.add(tx, bench.scope, [entryOf(key.idempotencyKey)]);
          return status;
        });
      await lose(isStored);
      const lost = await outcomeOf(unit());
      expectThat(lost === 'TRANSACTION_OUTCOME_UNKNOWN', `it came to: ${lost}`);
      const status = await unit();
      expectThat(
        status === (isStored ? 'completed' : 'new'),
        `the next claim came to ${status}, though the commit was ${isStored ? '' : 'not '}stored`,
      );
      expectThat((await bench.committed(key.idempotencyKey)) === 'done', 'the business data is missing');
    }
    expectSame('the rows', (await bench.relay().texts()).toSorted(), ['stored false', 'stored true']);
  },
};
