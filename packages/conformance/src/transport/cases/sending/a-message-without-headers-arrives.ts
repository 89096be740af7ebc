import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aMessageWithoutHeadersArrives: TransportCase = {
  name: 'a message without any header arrives as it is, with a native id to know it by',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const entries = ['one', 'two'].map((text) => bench.entry(text, { headers: new Map() }));
    await bench.sendAccepted(...entries);
    await bench.receive(2);
    await bench.arrivals(2);
    expectThat(bench.texts().toSorted().join() === 'one,two', `the bodies came as ${bench.texts().join()}`);
    const ids = new Set(bench.arrived.map(({ nativeId }) => nativeId));
    expectThat(ids.size === 2 && !ids.has(''), 'two messages have the same native id, or none');
    for (const delivery of bench.arrived) {
      expectThat(textOf(delivery) !== '' && delivery.message.headers.get('x-text') === undefined, 'a header came that nobody sent');
      await delivery.ack();
    }
    await bench.close();
    return 'proven';
  },
};
