import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const anAbortFreesWhatWaits: StoreCase = {
  name: 'a transaction that waits for another one is given up by its signal, and the other one commits',
  number: 15,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const hold = makeGate();
    const held = makeGate();
    const first = bench.store.transact(async (tx) => {
      await bench.claim(tx);
      held.open();
      await hold.opened;
    });
    await run.soon('the first claim', held.opened);
    const abort = new AbortController();
    const waits = outcomeOf(bench.store.transact((tx) => bench.claim(tx), { signal: abort.signal }));
    await run.quiet();
    abort.abort(new Error('enough'));
    expectThat((await run.soon('the abort', waits)) === 'Error: enough', `it came to: ${await waits}`);
    hold.open();
    await run.soon('the first transaction', first);
    expectThat((await bench.claimed()).status === 'completed', 'the first transaction is not committed');
  },
};
