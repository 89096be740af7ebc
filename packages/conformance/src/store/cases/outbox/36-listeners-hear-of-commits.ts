import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const listenersHearOfCommits: StoreCase = {
  name: 'listeners of the scope are told after a commit, not before it, and no more once they have ended that; also of other processes where they can be',
  number: 36,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    let told = 0;
    const end = bench.store.outbox.onAdded(bench.scope, () => void (told += 1));
    run.own(async () => end());
    await tellsOf(bench, () => told);
    told = 0;
    await bench.transact(async (tx) => {
      await bench.store.outbox.add(tx, bench.scope, [entryOf('a')]);
      await run.quiet();
      expectThat(told === 0, 'it was told before the commit');
    });
    await run.until('a listener that is told', () => told > 0);
    await run.quiet();
    end();
    told = 0;
    await bench.add(entryOf('b'));
    await run.quiet();
    expectThat(told === 0, 'it was told after it had ended that');
    if (!run.tellsOthers) return 'refused';
    const other = await bench.join();
    let heard = 0;
    const endOther = other.store.outbox.onAdded(bench.scope, () => void (heard += 1));
    run.own(async () => endOther());
    await tellsOf(bench, () => heard);
    return 'proven';
  },
};

/** Stores rows until the listener is told: it may need a while to listen. Afterwards what was on its way has come. */
async function tellsOf(bench: StoreBench, told: () => number): Promise<void> {
  await bench.run.until('a listener that is told', async () => {
    await bench.add(entryOf('a'));
    return told() > 0;
  });
  await bench.run.quiet();
}
