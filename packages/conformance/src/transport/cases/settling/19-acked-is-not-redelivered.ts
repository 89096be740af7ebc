import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const LONG_MS = 60_000;

export const ackedIsNotRedelivered: TransportCase = {
  name: 'what was acked does not come again, here or at another process, for twice as long as a lock lasts',
  number: 19,
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one', 'two');
    await bench.consume(5);
    await bench.arrivedExactly(2, 'of two');
    const other = await bench.join();
    await other.receive(5);
    await harness.passMost(2 * (harness.capabilities.lock?.ms ?? LONG_MS));
    await bench.arrivedExactly(2, 'of two that were acked, long afterwards');
    await bench.close();
    await other.arrivedExactly(0, 'at another process, of two that were acked');
    await other.close();
    return 'proven';
  },
};
