import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aBatchReportsEachEntry: TransportCase = {
  name: 'each entry of a batch has its outcome at its place; a bad one harms no other',
  number: 13,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    expectThat((await bench.transport.send([], {})).length === 0, 'a send of nothing has outcomes');
    const { maxHeaderBytes, maxMessageBytes } = harness.capabilities;
    const entries = [
      bench.entry('first'),
      bench.entry('large body', { body: new Uint8Array(maxMessageBytes + 1) }),
      bench.entry('second'),
      bench.entry('large headers', { headers: new Map([['x-large', 'v'.repeat(maxHeaderBytes + 1)]]) }),
      bench.entry('third'),
    ];
    const outcomes = (await bench.transport.send(entries, {})).map((outcome) => describeOutcome(outcome));
    const wanted = ['accepted', 'rejected as MESSAGE_TOO_LARGE', 'accepted', 'rejected as HEADERS_TOO_LARGE', 'accepted'];
    expectThat(outcomes.join() === wanted.join(), `the outcomes were ${outcomes.join(', ')}`);
    await bench.consume(5);
    await bench.arrivedExactly(3, 'of a batch with three good entries');
    const texts = bench.texts().toSorted().join();
    expectThat(texts === 'first,second,third', `${texts} arrived`);
    await bench.close();
    return 'proven';
  },
};
