import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const settlesByPosition: TransportCase = {
  name: 'a log settles by position: what lies beyond the lowest unsettled comes again; elsewhere only what was not settled does',
  group: 'log',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const texts = ['a', 'b', 'c', 'd', 'e'];
    await bench.sendAccepted(...texts.map((text) => bench.entry(text, { partitionKey: 'one key' })));
    await bench.receive(texts.length);
    await bench.arrivals(texts.length);
    for (const index of [0, 2, 4]) expectThat((await bench.arrived[index]?.ack()) === 'settled', 'an ack was not settled');
    await bench.close();
    const other = await bench.join();
    await other.consume(texts.length);
    const isLog = harness.capabilities.fanOut === 'log';
    const wanted = isLog ? ['b', 'c', 'd', 'e'] : ['b', 'd'];
    await other.arrivedExactly(wanted.length, 'after "a", "c" and "e" were acked');
    const came = other.texts().toSorted().join();
    expectThat(came === wanted.join(), `after "a", "c" and "e" were acked there came ${came}`);
    await other.close();
    await bench.reopen();
    await bench.receive(texts.length);
    await bench.arrivedExactly(texts.length, 'after all was acked, and opened anew');
    await bench.close();
    return isLog ? 'proven' : 'refused';
  },
};
