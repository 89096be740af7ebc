import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 30;

export const settlingOneSettlesNoOther: TransportCase = {
  name: 'deliveries that are settled out of order settle nothing but themselves: all that was not acked comes again',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send(...Array.from({ length: COUNT }, (_, index) => `text ${index}`));
    const receiver = await bench.receive(COUNT);
    const all = [...(await bench.arrivals(COUNT))];
    const acked = new Set(bench.texts().filter((_, index) => index % 3 === 2));
    for (const [index, delivery] of Array.from(all.entries()).toReversed()) if (index % 3 === 2) await delivery.ack();
    await receiver.stop();
    await bench.close();
    const other = await bench.join();
    await other.consume(COUNT);
    await other.arrivals(COUNT - acked.size);
    await harness.quiet();
    const again = new Set(other.texts());
    const missing = Array.from({ length: COUNT }, (_, index) => `text ${index}`).filter((text) => !acked.has(text) && !again.has(text));
    expectThat(missing.length === 0, `what nobody had acked did not come again: ${missing.join(', ')}`);
    if (harness.capabilities.fanOut === 'copy') {
      const twice = Array.from(acked).filter((text) => again.has(text));
      expectThat(twice.length === 0, `what was acked came again: ${twice.join(', ')}`);
    }
    await other.close();
    return 'proven';
  },
};
