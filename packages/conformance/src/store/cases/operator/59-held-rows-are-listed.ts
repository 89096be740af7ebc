import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const heldRowsAreListed: StoreCase = {
  name: 'held and parked rows are listed in the order of storing, page by page, each with its entry, time of storing, attempts, reason and state',
  number: 59,
  group: 'operator',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    await bench.add(...Array.from({ length: 7 }, (_, index) => entryOf(`row ${index}`)));
    const sequences = (await relay.lease()).rows.map(({ sequence }) => sequence) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    await relay.failed([{ sequence: sequences[5], reason: 'again', retryAfterMs: 0 }]);
    for (const index of [5, 1, 3, 2, 6] as const)
      await relay.failed([{ sequence: sequences[index], reason: `reason ${index}`, retryAfterMs: undefined }]);
    await bench.store.outbox.decide(bench.scope, sequences[3], 'park');
    const wanted = ['1 held 1', '2 held 1', '3 parked 1', '5 held 2', '6 held 1'];
    expectSame('the held rows', await allHeld(bench, 2), wanted);
    expectSame('the held rows, one by one', await allHeld(bench, 1), wanted);
    expectSame('the held rows at once', await allHeld(bench, 100), wanted);
  },
};

/** All held rows, page by page: their numbers, states and attempts. */
async function allHeld(bench: StoreBench, limit: number): Promise<readonly string[]> {
  const seen: string[] = [];
  let after: string | undefined;
  for (let page = 0; page < 10; page += 1) {
    const held = await bench.run.soon('a page', bench.store.outbox.held({ scope: bench.scope, limit, after }));
    expectThat(held.length <= limit, `a page of ${limit} has ${held.length} rows`);
    for (const row of held) {
      const number = textOf(row).slice('row '.length);
      expectThat(row.reason === `reason ${number}`, `row ${number} is held because of "${row.reason}"`);
      expectThat(Math.abs(row.addedAt - bench.run.runtime.now()) < 60_000, `row ${number} was stored at ${row.addedAt}`);
      seen.push(`${number} ${row.state} ${row.attempts}`);
      after = row.sequence;
    }
  }
  return seen;
}
