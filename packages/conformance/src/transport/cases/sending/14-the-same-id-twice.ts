import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const theSameIdTwice: TransportCase = {
  name: 'a message id can be sent twice; where the broker drops duplicates the second is dropped inside the window, not outside',
  number: 14,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { dedupe } = harness.capabilities;
    const entry = bench.entry('again');
    await bench.consume(5);
    await bench.sendAccepted(entry);
    await bench.sendAccepted(entry);
    if (dedupe === undefined) {
      await bench.arrivedExactly(2, 'of one id that was sent twice, without a window');
      await bench.close();
      return 'refused';
    }
    await bench.arrivedExactly(1, 'of one id that was sent twice inside the window');
    await bench.sendAccepted({ ...entry, copy: 'returned-1' });
    await bench.arrivedExactly(2, 'after a deliberate copy of the same id');
    if (!harness.isVirtual && dedupe.windowMs > harness.patienceMs) return 'proven';
    await harness.pass(dedupe.windowMs + 1);
    await bench.sendAccepted(entry);
    await bench.arrivedExactly(3, 'after the same id was sent again outside of the window');
    expectThat(new Set(bench.texts()).size === 1, 'something else arrived');
    await bench.close();
    return 'proven';
  },
};
