import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const tooLargeAMessageIsRejected: TransportCase = {
  name: 'a body of one byte more than the most is rejected as MESSAGE_TOO_LARGE, and sending goes on',
  number: 6,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const body = new Uint8Array(harness.capabilities.maxMessageBytes + 1);
    const [outcome] = await bench.transport.send([bench.entry('large', { body })], {});
    expectThat(outcome?.status === 'rejected' && outcome.code === 'MESSAGE_TOO_LARGE', `too large a body was ${describeOutcome(outcome)}`);
    expectThat(!outcome.retryable, 'MESSAGE_TOO_LARGE is called retryable');
    await bench.sendAccepted(bench.entry('small'));
    await bench.receive(5);
    await bench.arrivedExactly(1, 'after one message that is too large and one that is not');
    expectThat(textOf(await bench.arrival(0)) === 'small', 'the message that was too large arrived');
    await bench.close();
    return 'proven';
  },
};
