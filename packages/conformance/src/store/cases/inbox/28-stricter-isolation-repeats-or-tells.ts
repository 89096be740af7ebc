import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const stricterIsolationRepeatsOrTells: StoreCase = {
  name: 'where isolation is stricter, a second claim that has waited gets completed or TRANSACTION_CONFLICT, never new; and run again it gets completed',
  number: 28,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    for (const isolation of ['repeatable-read', 'serializable'] as const) {
      const key = { idempotencyKey: isolation };
      const commit = makeGate();
      const isClaimed = makeGate();
      const first = bench.store.transact(
        async (tx) => {
          await bench.claim(tx, key);
          isClaimed.open();
          await commit.opened;
        },
        { isolation },
      );
      await run.soon('the first claim', isClaimed.opened);
      const second = bench.claimed(key, { isolation }).then(
        ({ status }) => status,
        (error: unknown) => outcomeOf(Promise.reject(error as Error)),
      );
      await run.quiet();
      commit.open();
      await run.soon('the first transaction', first);
      const outcome = await run.soon('the second', second);
      expectThat(outcome === 'completed' || outcome === 'TRANSACTION_CONFLICT', `${isolation}: the second claim came to ${outcome}`);
      expectThat((await bench.claimed(key, { isolation })).status === 'completed', `${isolation}: it was forgotten`);
    }
  },
};
