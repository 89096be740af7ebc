import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const reportsAnUnroutableMessage: TransportCase = {
  name: 'rejects a message to an endpoint that does not exist, and only that one',
  number: 8,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const nowhere = bench.entry('lost', { destination: { kind: 'endpoint', name: `${bench.endpoint.name}.nowhere` } });
    const [first, second] = await bench.transport.send([nowhere, bench.entry('fine')], {});
    expectThat(second?.status === 'accepted', `the good message of the batch was ${describeOutcome(second)}`);
    await bench.receive(5);
    await bench.arrivedExactly(1, 'after one good message and one to nowhere');
    expectThat(textOf(await bench.arrival(0)) === 'fine', 'another message came than the good one');
    if (!harness.capabilities.unroutable) {
      expectThat(first?.status === 'accepted', `a transport that does not tell gave ${describeOutcome(first)}`);
      return 'refused';
    }
    expectThat(first?.status === 'rejected' && first.code === 'UNROUTABLE', `the outcome was ${describeOutcome(first)}`);
    expectThat(!first.retryable, 'UNROUTABLE is called retryable');
    await bench.close();
    return 'proven';
  },
};
