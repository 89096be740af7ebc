import type { ReceiverState } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const settlesAfterTheReceiverStopped: TransportCase = {
  name: 'what was handed over before stop can be settled after it; states and second calls of a receiver are as told',
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one', 'two');
    const receiver = bench.receiver(2);
    const isNow = (state: ReceiverState, when: string): void =>
      expectThat(receiver.state === state, `${when} a receiver is ${receiver.state}`);
    isNow('stopped', 'before start');
    await bench.arrivedExactly(0, 'before start');
    await Promise.all([receiver.start(), receiver.start()]);
    isNow('receiving', 'after start');
    await bench.arrivedExactly(2, 'after two starts at once');
    await Promise.all([receiver.stop(), receiver.stop()]);
    isNow('stopped', 'after stop');
    const [first, second] = bench.arrived;
    expectThat(first?.lost.aborted === false, '`stop` of the receiver has taken the right to settle away');
    expectThat((await first.ack()) === 'settled', 'an ack after `stop` of the receiver did not settle');
    expectThat((await second?.release()) === 'settled', 'a release after `stop` of the receiver did not settle');
    await bench.arrivedExactly(2, 'after stop');
    await receiver.start();
    await bench.arrivedExactly(3, 'after the next start, of one that was acked and one that was released');
    await bench.close();
    return 'proven';
  },
};
