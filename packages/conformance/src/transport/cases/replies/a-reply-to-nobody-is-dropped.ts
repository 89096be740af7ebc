import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aReplyToNobodyIsDropped: TransportCase = {
  name: 'a reply to an inbox that was closed is dropped: nobody hears it, nothing is kept, and the entry beside it is accepted',
  group: 'replies',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    let heard = 0;
    const closed = await bench.transport.replies(() => void (heard += 1));
    const address = closed.address;
    await closed.close();
    await closed.close();
    const late = bench.entry('late', { destination: { kind: 'reply', address } });
    const [, beside] = await bench.transport.send([late, bench.entry('beside')], {});
    expectThat(beside?.status === 'accepted', `the entry beside a reply to nobody was ${describeOutcome(beside)}`);
    const open = await bench.transport.replies(() => void (heard += 1));
    expectThat(open.address !== address, `the address "${address}" was given a second time`);
    await bench.consume(5);
    await bench.arrivedExactly(1, 'beside a reply to nobody');
    expectThat(heard === 0, 'a reply to a closed inbox was heard');
    expectThat((await bench.transport.deadLetters.count(bench.endpoint.name)) === 0, 'a reply to nobody is kept as a dead letter');
    await open.close();
    await bench.close();
    return 'proven';
  },
};
