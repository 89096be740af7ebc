import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const unsettledComesAgainAfterClose: TransportCase = {
  name: 'an unsettled message is lost to its owner at close, and comes again after the next open',
  group: 'settling',
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const first = await bench.arrival(0);
    await bench.close();
    expectThat(first.lost.aborted, '`lost` did not abort');
    expectThat((await first.ack()) === 'lost', 'an ack after close did not answer "lost"');
    await bench.reopen();
    await bench.receive(1);
    expectThat(textOf(await bench.arrival(1)) === 'one', 'the unsettled message did not come again');
    await bench.close();
    return 'proven';
  },
};
