import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const noMoreThanAskedFor: StoreCase = {
  name: 'a lease gives no more rows than asked for, and no more bytes, but one row however large it is; of a key never a later row first',
  number: 51,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    const sizes = [10, 10, 500, 10, 10, 10];
    await bench.add(
      ...sizes.map((size, index) => entryOf(String(index).padEnd(size, '.'), { partitionKey: index % 2 === 0 ? 'even' : 'odd' })),
    );
    for (const limit of [0, 1, 3, 6, 7]) {
      const texts = await relay.texts({ limit });
      expectThat(texts.length === Math.min(limit, 6), `${texts.length} rows came of at most ${limit}`);
    }
    const sent: number[] = [];
    for (let batch = 0; batch < 10 && sent.length < sizes.length; batch += 1) {
      const { rows } = await relay.lease({ maxBytes: 25 });
      const bytes = rows.reduce((sum, { entry }) => sum + entry.body.length, 0);
      expectThat(rows.length === 1 || bytes <= 25, `${rows.length} rows came with ${bytes} bytes of at most 25`);
      sent.push(...rows.map((row) => Number.parseInt(textOf(row), 10)));
      await relay.sent(rows.map(({ sequence }) => sequence));
    }
    expectSame(
      'the even ones',
      sent.filter((index) => index % 2 === 0),
      [0, 2, 4],
    );
    expectSame(
      'the odd ones',
      sent.filter((index) => index % 2 === 1),
      [1, 3, 5],
    );
  },
};
