import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aHeldRowHoldsItsKey: StoreCase = {
  name: 'a held row keeps back the later rows of its key, those too that come afterwards; one without a key keeps back nobody',
  number: 49,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    await bench.add(
      entryOf('k1', { partitionKey: 'k' }),
      entryOf('k2', { partitionKey: 'k' }),
      entryOf('n1'),
      entryOf('n2'),
      entryOf('e1', { partitionKey: '' }),
      entryOf('e2', { partitionKey: '' }),
    );
    await relay.hold('k2', 'n1', 'e1');
    await bench.add(entryOf('k3', { partitionKey: 'k' }), entryOf('n3'), entryOf('j1', { partitionKey: 'j' }));
    expectSame('the rows', await relay.texts(), ['k1', 'n2', 'n3', 'j1']);
    const other = bench.relay('other');
    await relay.leave();
    expectSame('the rows of another relay', await other.texts(), ['k1', 'n2', 'n3', 'j1']);
  },
};
