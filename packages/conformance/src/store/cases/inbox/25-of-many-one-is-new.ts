import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const ofManyOneIsNew: StoreCase = {
  name: 'of many that claim one key at the same time one is new, also when some roll back, and its effect is there once',
  number: 25,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    for (let round = 0; round < 5; round += 1) {
      const changes = { idempotencyKey: `round ${round}` };
      const unit = async (index: number): Promise<string> =>
        outcomeOf(
          bench.store.transact(async (tx) => {
            const { status } = await bench.claim(tx, changes);
            if (status === 'completed') return;
            if (index % 2 === round % 2) throw new Error('failed');
            await bench.store.outbox.add(tx, bench.scope, [entryOf(`round ${round}`)]);
          }),
        );
      await run.soon('eight claims', Promise.all(Array.from({ length: 8 }, (_, index) => unit(index))));
      expectThat((await bench.claimed(changes)).status === 'completed', `in round ${round} nobody completed the key`);
    }
    expectSame('the effects', await bench.relay().texts(), ['round 0', 'round 1', 'round 2', 'round 3', 'round 4']);
  },
};
