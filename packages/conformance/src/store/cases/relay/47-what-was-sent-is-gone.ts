import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const whatWasSentIsGone: StoreCase = {
  name: "rows that were sent are gone, each is counted once, and those that are not there or another one's are left alone",
  number: 47,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const aside = bench.aside();
    const relay = bench.relay('one');
    await bench.add(entryOf('a'), entryOf('b'), entryOf('c'));
    await aside.add(entryOf('theirs'));
    const [a, b, c] = (await relay.lease()).rows.map(({ sequence }) => sequence) as [string, string, string];
    const [theirs] = (await aside.relay('one').lease()).rows.map(({ sequence }) => sequence) as [string];
    expectThat((await relay.sent([])) === 0, 'of none some were removed');
    const removed = await relay.sent([a, a, theirs, c]);
    expectThat(removed === 2, `of two of its rows ${removed} were removed`);
    expectThat((await relay.sent([a, c])) === 0, 'they were removed a second time');
    expectSame(
      'the rows',
      (await relay.lease()).rows.map(({ sequence }) => sequence),
      [b],
    );
    expectSame('the rows of the other scope', await aside.relay('one').texts(), ['theirs']);
  },
};
