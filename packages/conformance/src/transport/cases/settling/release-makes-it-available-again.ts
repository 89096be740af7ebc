import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const releaseMakesItAvailableAgain: TransportCase = {
  name: 'a released message comes again, unchanged; an acked one does not',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const first = await bench.arrival(0);
    first.message.body.fill(0);
    await first.release();
    const second = await bench.arrival(1);
    expectThat(textOf(second) === 'one', 'the released message came changed');
    await second.ack();
    await bench.send('sentinel');
    expectThat(textOf(await bench.arrival(2)) === 'sentinel', 'an acked message came again');
    await bench.close();
    return 'proven';
  },
};
