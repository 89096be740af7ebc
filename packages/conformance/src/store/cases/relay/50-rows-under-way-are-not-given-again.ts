import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const rowsUnderWayAreNotGivenAgain: StoreCase = {
  name: 'rows that are under way are not given again, and keep back nobody',
  number: 50,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    await bench.add(...['a', 'b', 'c', 'd', 'e'].map((text) => entryOf(text, { partitionKey: text < 'd' ? 'k' : text })));
    const { rows } = await relay.lease({ limit: 2 });
    expectSame('the first rows', rows.map(textOf), ['a', 'b']);
    const except = rows.map(({ sequence }) => sequence);
    expectSame('the next rows', await relay.texts({ limit: 2, except, mayShrink: false }), ['c', 'd']);
    expectSame('all but them', await relay.texts({ except, mayShrink: false }), ['c', 'd', 'e']);
    expectSame('all', await relay.texts(), ['a', 'b', 'c', 'd', 'e']);
  },
};
