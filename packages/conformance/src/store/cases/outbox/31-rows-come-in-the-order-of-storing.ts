import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const rowsComeInTheOrderOfStoring: StoreCase = {
  name: 'within a transaction, and between transactions that follow each other, rows come in the order in which they were stored',
  number: 31,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const wanted: string[] = [];
    for (let round = 0; round < 5; round += 1)
      await bench.transact(async (tx) => {
        for (let call = 0; call < 3; call += 1) {
          const texts = Array.from({ length: 7 }, (_, index) => `${round}.${call}.${index}`);
          wanted.push(...texts);
          await bench.store.outbox.add(
            tx,
            bench.scope,
            texts.map((text, index) => entryOf(text, index % 2 === 0 ? { partitionKey: 'k' } : {})),
          );
        }
      });
    const { rows } = await bench.relay().lease();
    expectSame('the rows', rows.map(textOf), wanted);
    expectThat(new Set(rows.map(({ sequence }) => sequence)).size === wanted.length, 'two rows have one sequence');
  },
};
