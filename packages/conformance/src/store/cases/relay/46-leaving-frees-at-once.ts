import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const leavingFreesAtOnce: StoreCase = {
  name: 'a relay that leaves gives all up at once; leaving twice, or without having come, does nothing',
  number: 46,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const [first, second] = [bench.relay('first'), bench.relay('second')];
    await bench.add(entryOf('a'));
    await bench.relay('nobody').leave();
    await first.lease();
    await first.leave();
    await first.leave();
    const lease = await second.lease();
    expectSame('rows of the second', lease.rows.map(textOf), ['a']);
    expectThat(lease.slots.own === lease.slots.all, `it has ${lease.slots.own} of ${lease.slots.all} slots`);
    expectThat((await first.sent(lease.rows.map(({ sequence }) => sequence))) === 0, 'one that has left removed rows');
  },
};
