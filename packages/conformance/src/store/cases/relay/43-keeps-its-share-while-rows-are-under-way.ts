import { expectThat } from '../../../runner.ts';
import { LEASE_MS } from '../../relay-part.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const keepsItsShareWhileRowsAreUnderWay: StoreCase = {
  name: 'a relay that may not shrink keeps all that it has, and a new one waits for it',
  number: 43,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const first = bench.relay('first');
    const second = bench.relay('second');
    await bench.add(entryOf('a', { partitionKey: 'a' }));
    const { slots } = await first.lease();
    for (let round = 0; round < 3; round += 1) {
      const waiting = await second.lease();
      expectThat(
        waiting.slots.own === 0 && waiting.remainingMs === 0 && waiting.rows.length === 0,
        `the second has ${waiting.slots.own} slots`,
      );
      const kept = await first.lease({ mayShrink: false });
      expectThat(kept.slots.own === slots.all, `the first has ${kept.slots.own} slots`);
      bench.later(LEASE_MS / 3);
    }
    const shrunk = await first.lease();
    expectThat(shrunk.slots.own === slots.all / 2, `after it may shrink it has ${shrunk.slots.own} of ${slots.all} slots`);
    const { slots: taken } = await second.lease();
    expectThat(taken.own === slots.all / 2, `the second has ${taken.own} slots then`);
  },
};
