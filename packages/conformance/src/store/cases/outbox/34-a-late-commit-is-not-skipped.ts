import { makeGate } from '../../../gate.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aLateCommitIsNotSkipped: StoreCase = {
  name: 'a row whose transaction commits after later ones were read and removed is found',
  number: 34,
  group: 'outbox',
  needs: 'sideBySide',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    const commit = makeGate();
    const isAdded = makeGate();
    const late = bench.store.transact(async (tx) => {
      await bench.store.outbox.add(tx, bench.scope, [entryOf('early, committed late', { partitionKey: 'k' }), entryOf('too')]);
      isAdded.open();
      await commit.opened;
    });
    await run.soon('the first rows', isAdded.opened);
    for (let round = 0; round < 3; round += 1) {
      await bench.add(entryOf(`later ${round}`, { partitionKey: 'k' }));
      const { rows } = await relay.lease();
      expectSame('rows while a transaction is open', rows.map(textOf), [`later ${round}`]);
      await relay.sent(rows.map(({ sequence }) => sequence));
    }
    commit.open();
    await run.soon('the late commit', late);
    expectSame('rows after the late commit', await relay.texts(), ['early, committed late', 'too']);
  },
};
