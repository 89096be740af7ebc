import type { InboxClaim } from '@waybill/core/persistence';
import { makeGate } from '../../../gate.ts';
import type { Gate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { bytesOf, textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aSecondClaimWaitsForTheCommit: StoreCase = {
  name: 'a second transaction with the same key waits until the first ends, and gets completed when that committed, with its response',
  number: 23,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const other = await bench.join();
    const first = await heldClaim(bench);
    const seen: InboxClaim[] = [];
    const waits = other.transact(async (tx) => void seen.push(await other.claim(tx)));
    await run.quiet();
    expectThat(seen.length === 0, `the second got ${seen[0]?.status} while the first was open`);
    first.commit.open();
    await run.soon('the first transaction', first.ended);
    await waits;
    const [second] = seen;
    expectThat(second?.status === 'completed', `after the commit the second got ${second?.status}`);
    expectThat(
      second.response !== undefined && textOf({ entry: { ...entryOf('').entry, body: second.response } }) === 'kept',
      'without the response of the first',
    );
  },
};

/** A transaction that has claimed the key, and goes on until it may commit. */
async function heldClaim(bench: StoreBench): Promise<{ readonly commit: Gate; readonly ended: Promise<void> }> {
  const commit = makeGate();
  const isClaimed = makeGate();
  const ended = bench.store.transact(async (tx) => {
    await bench.claim(tx);
    await bench.store.inbox.keepResponse(tx, bench.key(), bytesOf('kept'));
    isClaimed.open();
    await commit.opened;
  });
  await bench.run.soon('the first claim', isClaimed.opened);
  return { commit, ended };
}
