import type { OutboxLease } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aRowWaitsForItsTime: StoreCase = {
  name: 'a row with a due time comes then and not before; it keeps back nobody, is counted as delayed, and its lease says how long',
  number: 35,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    await bench.add(
      entryOf('in 10 s', { partitionKey: 'k' }, bench.now + 10_000),
      entryOf('in 4 s', {}, bench.now + 4_000),
      entryOf('now', { partitionKey: 'k' }),
      entryOf('long ago', {}, bench.now - 3_600_000),
    );
    const first = await relay.lease();
    expectSame('rows at once', first.rows.map(textOf), ['now', 'long ago']);
    await nextIsDueIn(first, 4_000);
    await bench.expectStatus({ waiting: 2, delayed: 2, held: 0 }, 'at once');
    await relay.sent(first.rows.map(({ sequence }) => sequence));
    bench.later(3_999);
    expectSame('rows a little before', await relay.texts(), []);
    bench.later(1);
    const second = await relay.lease();
    expectSame('rows after 4 s', second.rows.map(textOf), ['in 4 s']);
    await nextIsDueIn(second, 6_000);
    bench.later(6_000);
    const third = await relay.lease();
    expectSame('rows after 10 s', third.rows.map(textOf).toSorted(), ['in 10 s', 'in 4 s']);
    expectThat(third.nextDueMs === undefined, `nothing waits, and the next is due in ${third.nextDueMs} ms`);
  },
};

async function nextIsDueIn({ nextDueMs = -1 }: OutboxLease, wanted: number): Promise<void> {
  expectThat(Math.abs(nextDueMs - wanted) <= 1, `the next row is due in ${nextDueMs} ms, not ${wanted}`);
}
