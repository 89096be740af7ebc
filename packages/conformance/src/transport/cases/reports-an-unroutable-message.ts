import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench } from '../transport-harness.ts';

export const reportsAnUnroutableMessage: TransportCase = {
  name: 'rejects a message to an endpoint that does not exist, and only that one',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const lost = { ...bench.entry('lost'), destination: { kind: 'endpoint', name: `${bench.endpoint.name}.nowhere` } as const };
    const [first, second] = await bench.transport.send([lost, bench.entry('fine')], {});
    expectThat(second?.status === 'accepted', 'the good message of the batch was not accepted');
    if (!bench.transport.capabilities.unroutable) return 'refused';
    expectThat(first?.status === 'rejected' && first.code === 'UNROUTABLE', `the outcome was ${first?.status}`);
    await bench.transport.close();
    return 'proven';
  },
};
