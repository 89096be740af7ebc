import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Enough to pass the limit of any broker but those that take thousands at once. */
const MOST = 5_000;

export const moreEntriesThanABatch: TransportCase = {
  name: 'one send of more entries than the broker takes at once has an outcome for each, and all arrive',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const count = Math.min(harness.capabilities.batch.count + 1, MOST);
    await bench.sendAccepted(...Array.from({ length: count }, (_, n) => bench.entry(`entry ${n}`)));
    await bench.consume(50);
    await bench.arrivedExactly(count, `of ${count} entries of one send`);
    expectThat(new Set(bench.texts()).size === count, 'an entry arrived twice');
    await bench.close();
    return 'proven';
  },
};
