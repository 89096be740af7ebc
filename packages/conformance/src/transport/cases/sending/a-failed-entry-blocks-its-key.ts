import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aFailedEntryBlocksItsKey: TransportCase = {
  name: 'after an entry failed, the later ones of its key are rejected as LANE_BLOCKED; other keys and other calls go on',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const body = new Uint8Array(harness.capabilities.maxMessageBytes + 1);
    const outcomes = await bench.transport.send(
      [
        bench.entry('a1', { partitionKey: 'a' }),
        bench.entry('a2', { partitionKey: 'a', body }),
        bench.entry('b1', { partitionKey: 'b' }),
        bench.entry('a3', { partitionKey: 'a' }),
        bench.entry('none'),
        bench.entry('b2', { partitionKey: 'b' }),
      ],
      {},
    );
    const described = outcomes.map((outcome) => describeOutcome(outcome)).join(', ');
    const wanted = 'accepted, rejected as MESSAGE_TOO_LARGE, accepted, rejected as LANE_BLOCKED, accepted, accepted';
    expectThat(described === wanted, `the outcomes were ${described}`);
    const blocked = outcomes[3];
    expectThat(blocked?.status === 'rejected' && blocked.retryable, 'LANE_BLOCKED is not called retryable');
    await bench.sendAccepted(bench.entry('a4', { partitionKey: 'a' }));
    await bench.consume(10);
    await bench.arrivedExactly(5, 'of five entries that were accepted');
    expectThat(!bench.texts().includes('a3'), 'an entry arrived that was rejected');
    await bench.close();
    return 'proven';
  },
};
