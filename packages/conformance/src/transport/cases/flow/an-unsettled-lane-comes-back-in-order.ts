import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { refusesOrder } from '../../refuses-order.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 5;

export const anUnsettledLaneComesBackInOrder: TransportCase = {
  name: 'what of a lane was unsettled when its process ended comes again at another, in order, before what follows',
  group: 'flow',
  run: async (harness) => {
    const { kind } = harness.capabilities.lanes;
    if (kind === 'none') return refusesOrder(harness);
    const bench = await Bench.open(harness, { ordered: true });
    await bench.receive(COUNT);
    const entry = (n: number): ReturnType<Bench['entry']> => bench.entry(String(n), { partitionKey: 'one key' });
    await bench.sendAccepted(...Array.from({ length: COUNT }, (_, n) => entry(n)));
    await (await bench.arrival(0)).ack();
    await harness.quiet();
    const other = await bench.join();
    await other.consume(COUNT);
    await other.arrivedExactly(0, 'at another process, of a lane that is held here');
    await bench.close();
    await other.arrivedExactly(COUNT - 1, 'after the first process ended');
    expectThat(other.texts().join(' ') === '1 2 3 4', `the lane came back as ${other.texts().join(' ')}`);
    await other.close();
    return 'proven';
  },
};
