import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { LEASE_MS } from '../../relay-part.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aLeaseThatRanOutFreesItsRows: StoreCase = {
  name: 'the rows of a relay that does not come back go to another when its lease has run out, and not before',
  number: 44,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const [gone, other] = [bench.relay('gone'), bench.relay('other')];
    await bench.add(entryOf('a', { partitionKey: 'a' }), entryOf('b'));
    expectSame('rows of the first', await gone.texts(), ['a', 'b']);
    for (const step of [0, LEASE_MS / 3, LEASE_MS / 3, LEASE_MS / 3 - 1]) {
      bench.later(step);
      expectSame('rows of the other while the lease lasts', await other.texts(), []);
    }
    bench.later(1);
    const lease = await other.lease();
    expectSame('rows of the other after that', lease.rows.map(textOf), ['a', 'b']);
    expectThat(lease.slots.own === lease.slots.all, `it has ${lease.slots.own} of ${lease.slots.all} slots`);
  },
};
