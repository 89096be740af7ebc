import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const anAbortRollsBack: StoreCase = {
  name: 'a signal that aborts rejects with its reason and rolls back, also what the work does afterwards; one that has aborted begins no work',
  number: 14,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const abort = new AbortController();
    const reason = new Error('enough');
    const begun = makeGate();
    const late = makeGate();
    const ended = makeGate();
    const aborted = bench.store.transact(
      async (tx) => {
        await bench.setData(tx, 'order', 'written');
        begun.open();
        await late.opened;
        await outcomeOf(bench.setData(tx, 'late', 'written'));
        await outcomeOf(bench.store.outbox.add(tx, bench.scope, [entryOf('late')]));
        ended.open();
      },
      { signal: abort.signal },
    );
    const caught = aborted.then(
      () => 'it succeeded',
      (error: unknown) => error,
    );
    await run.soon('the work', begun.opened);
    abort.abort(reason);
    late.open();
    expectThat((await run.soon('the abort', caught)) === reason, `it came to: ${String(await caught)}`);
    await run.soon('the rest of the work', ended.opened);
    await run.quiet();
    expectThat((await bench.committed('order')) === undefined, 'what was written before the abort is stored');
    expectThat((await bench.committed('late')) === undefined, 'what was written after the abort is stored');
    expectSame('the rows', await bench.relay().texts(), []);
    let isBegun = false;
    const work = async (): Promise<void> => void (isBegun = true);
    const outcome = await outcomeOf(bench.transact(work, { signal: abort.signal }));
    expectThat(outcome === String(reason) && !isBegun, `after the abort: ${outcome}, and the work was ${isBegun ? '' : 'not '}begun`);
  },
};
