import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const anInboxEndsWithItsTransport: TransportCase = {
  name: 'an inbox ends with its transport: it sends nothing more, and what is sent to it later is not heard after the next open',
  group: 'replies',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const other = await bench.join();
    let heard = 0;
    const inbox = await bench.transport.replies(() => void (heard += 1));
    await bench.close();
    await rejectionOf('a request by an inbox of a closed transport', () => inbox.send([bench.entry('late')], {}));
    await other.transport.send([other.entry('late', { destination: { kind: 'reply', address: inbox.address } })], {});
    await bench.reopen();
    await harness.quiet();
    expectThat(heard === 0, 'a reply was heard by an inbox of a transport that was closed');
    const before = harness.leftovers().filter((one) => one.includes('inbox'));
    expectThat(before.length === 0, `after close there is still ${before.join(', ')}`);
    await bench.close();
    await other.close();
    return 'proven';
  },
};
