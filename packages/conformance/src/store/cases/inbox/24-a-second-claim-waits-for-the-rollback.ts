import type { InboxClaim } from '@waybill/core/persistence';
import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aSecondClaimWaitsForTheRollback: StoreCase = {
  name: 'a second transaction with the same key gets new when the first rolled back',
  number: 24,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const end = makeGate();
    const isClaimed = makeGate();
    const first = outcomeOf(
      bench.store.transact(async (tx) => {
        await bench.claim(tx);
        isClaimed.open();
        await end.opened;
        throw new Error('the handler failed');
      }),
    );
    await run.soon('the first claim', isClaimed.opened);
    const seen: InboxClaim[] = [];
    const waits = bench.transact(async (tx) => void seen.push(await bench.claim(tx)));
    await run.quiet();
    expectThat(seen.length === 0, `the second got ${seen[0]?.status} while the first was open`);
    end.open();
    await first;
    await waits;
    expectThat(seen[0]?.status === 'new', `after the rollback the second got ${seen[0]?.status}`);
    expectThat((await bench.claimed()).status === 'completed', 'the second is not complete');
  },
};
