import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const withoutAKeyThereIsNoLane: TransportCase = {
  name: 'a message without a partition key is in no lane, and at an endpoint that is not ordered no message is',
  group: 'flow',
  run: async (harness) => {
    const plain = await Bench.open(harness);
    await plain.sendAccepted(plain.entry('keyed', { partitionKey: 'a' }), plain.entry('free'));
    await plain.consume(5);
    await plain.arrivedExactly(2, 'at an endpoint that is not ordered');
    const laned = plain.arrived.filter(({ lane }) => lane !== undefined);
    expectThat(laned.length === 0, `${laned.length} had a lane at an endpoint that is not ordered`);
    await plain.close();
    if (harness.capabilities.lanes.kind === 'none') return 'refused';
    const ordered = await Bench.open(harness, { ordered: true });
    await ordered.sendAccepted(ordered.entry('keyed', { partitionKey: 'a' }), ordered.entry('free'));
    await ordered.consume(5);
    await ordered.arrivedExactly(2, 'at an ordered endpoint');
    for (const { lane, message } of ordered.arrived) {
      const text = message.headers.get('x-text');
      expectThat((lane !== undefined) === (text === 'keyed'), `"${text}" came in the lane ${String(lane)}`);
    }
    await ordered.close();
    return 'proven';
  },
};
