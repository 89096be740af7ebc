import type { OutboxEntry } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const oneKeyOneRelay: StoreCase = {
  name: "all rows of a key are one relay's, and so are those of one call without a key; many calls without a key are spread",
  number: 52,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relays = [bench.relay('one'), bench.relay('two')];
    for (let round = 0; round < 3; round += 1) for (const relay of relays) await relay.lease({ limit: 0 });
    const group = (call: number): readonly OutboxEntry[] => Array.from({ length: 5 }, () => entryOf(`call ${call}`));
    for (let call = 0; call < 30; call += 1) await bench.add(...group(call));
    for (let time = 0; time < 3; time += 1)
      await bench.add(...Array.from({ length: 40 }, (_, index) => entryOf(`key ${index}`, { partitionKey: `key ${index}` })));
    const [one, two] = (await Promise.all(relays.map((relay) => relay.texts()))) as [readonly string[], readonly string[]];
    const both = new Set(one.filter((text) => two.includes(text)));
    expectThat(both.size === 0, `two relays got rows of: ${Array.from(both).join(', ')}`);
    expectThat(one.length + two.length === 30 * 5 + 3 * 40, `the relays got ${one.length} and ${two.length} rows`);
    for (const texts of [one, two])
      expectThat(
        texts.some((text) => text.startsWith('call')),
        'a relay got no row without a key',
      );
  },
};
