import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench, textOf } from '../transport-harness.ts';

export const releaseMakesItAvailableAgain: TransportCase = {
  name: 'a released message comes again, unchanged; an acked one does not',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const [first] = await bench.arrivals(1);
    first?.message.body.fill(0);
    await first?.release();
    const second = (await bench.arrivals(2))[1];
    expectThat(second !== undefined && textOf(second) === 'one', 'the released message came changed');
    await second.ack();
    await bench.send('sentinel');
    const third = (await bench.arrivals(3))[2];
    expectThat(third !== undefined && textOf(third) === 'sentinel', 'an acked message came again');
    await bench.transport.close();
    return 'proven';
  },
};
