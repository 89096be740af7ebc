import type { IReceiver, ReceiverState } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const pauseAndResume: TransportCase = {
  name: 'nothing comes while a receiver is paused, what was handed over can be settled, and all comes after resume',
  number: 40,
  group: 'flow',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const receiver = await bench.receive(2);
    await bench.send('1', '2', '3', '4', '5');
    await bench.arrivedExactly(2, 'with a prefetch of 2');
    await receiver.pause();
    expectState(receiver, 'paused');
    for (const delivery of bench.arrived) expectThat((await delivery.ack()) === 'settled', 'a delivery was lost by the pause');
    await bench.arrivedExactly(2, 'while paused, after both were acked');
    await receiver.pause();
    await receiver.resume();
    expectState(receiver, 'receiving');
    await bench.arrivedExactly(4, 'after resume, with a prefetch of 2');
    await bench.arrived[2]?.ack();
    await bench.arrivedExactly(5, 'of five');
    expectThat(new Set(bench.texts()).size === 5, `there came ${bench.texts().join(', ')}`);
    await bench.close();
    return 'proven';
  },
};

function expectState({ state }: IReceiver, wanted: ReceiverState): void {
  expectThat(state === wanted, `the receiver is ${state} instead of ${wanted}`);
}
