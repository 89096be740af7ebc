import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const releaseWritesNothing: TransportCase = {
  name: 'a release moves no position: what was released comes again here, and again at the next reader, with what follows it in a log',
  group: 'log',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.sendAccepted(...['a', 'b'].map((text) => bench.entry(text, { partitionKey: 'one key' })));
    await bench.receive(2);
    await bench.arrivals(2);
    await bench.arrived[1]?.ack();
    await bench.arrived[0]?.release();
    expectThat(textOf(await bench.arrival(2)) === 'a', 'what was released did not come again');
    await bench.arrivedExactly(3, 'after one was released and one acked');
    await bench.close();
    const other = await bench.join();
    await other.consume(5);
    const isLog = harness.capabilities.fanOut === 'log';
    await other.arrivedExactly(isLog ? 2 : 1, 'at the next reader');
    expectThat(other.texts().join() === (isLog ? 'a,b' : 'a'), `at the next reader came ${other.texts().join()}`);
    await other.close();
    return isLog ? 'proven' : 'refused';
  },
};
