import { systemRuntime } from '@waybill/core/transport';
import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench, textOf } from '../transport-harness.ts';

export const unsettledComesAgainAfterClose: TransportCase = {
  name: 'an unsettled message is lost to its owner at close, and comes again after the next open',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const [first] = await bench.arrivals(1);
    await bench.transport.close();
    expectThat(first?.lost.aborted === true, '`lost` did not abort');
    expectThat((await first.ack()) === 'lost', 'an ack after close did not answer "lost"');
    await bench.transport.open({ runtime: systemRuntime(), onState: () => undefined });
    await bench.receive(1);
    const second = (await bench.arrivals(2))[1];
    expectThat(second !== undefined && textOf(second) === 'one', 'the unsettled message did not come again');
    await bench.transport.close();
    return 'proven';
  },
};
