import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const pruneWaitsForNobody: StoreCase = {
  name: 'prune ends while transactions are open that have claimed, takes nothing from them, and keeps nobody waiting',
  number: 30,
  group: 'inbox',
  needs: 'sideBySide',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await bench.claimed({ idempotencyKey: 'old' });
    const commit = makeGate();
    const isClaimed = makeGate();
    const open = bench.store.transact(async (tx) => {
      await bench.claim(tx, { idempotencyKey: 'being claimed' });
      await bench.claim(tx, { idempotencyKey: 'old' });
      isClaimed.open();
      await commit.opened;
    });
    await run.soon('the claims', isClaimed.opened);
    bench.later(10_000);
    await run.soon('a prune', bench.store.inbox.prune({ scope: bench.scope, olderThanMs: 1_000, limit: 100, now: bench.now }));
    commit.open();
    await run.soon('the transaction', open);
    expectThat((await bench.claimed({ idempotencyKey: 'being claimed' })).status === 'completed', 'a key is gone that was being claimed');
  },
};
