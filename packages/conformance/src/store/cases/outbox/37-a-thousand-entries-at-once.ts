import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aThousandEntriesAtOnce: StoreCase = {
  name: 'a thousand entries are stored by one call, and come in their order; a call with none is no error',
  number: 37,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const texts = Array.from({ length: 1_000 }, (_, index) => `row ${index}`);
    await bench.add();
    await bench.add(...texts.map((text) => entryOf(text)));
    const relay = bench.relay();
    const came: string[] = [];
    for (let batch = 0; batch < 100 && came.length < texts.length; batch += 1) {
      const { rows } = await relay.lease();
      came.push(...rows.map(textOf));
      await relay.sent(rows.map(({ sequence }) => sequence));
    }
    expectThat(came.length === texts.length, `${came.length} rows came of ${texts.length}`);
    const first = came.findIndex((text, index) => text !== texts[index]);
    expectThat(first === -1, `at place ${first} came "${came[first]}"`);
  },
};
