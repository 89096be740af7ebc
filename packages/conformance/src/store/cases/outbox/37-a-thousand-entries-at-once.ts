import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aThousandEntriesAtOnce: StoreCase = {
  name: 'a thousand entries are stored by one call, in their order, and none is an empty call of nothing',
  number: 37,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const texts = Array.from({ length: 1_000 }, (_, index) => `row ${index}`);
    await bench.add();
    await bench.add(...texts.map((text) => entryOf(text)));
    expectSame('the rows', await bench.relay().texts({ limit: 2_000 }), texts);
  },
};
