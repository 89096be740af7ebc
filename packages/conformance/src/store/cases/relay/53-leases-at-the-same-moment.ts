import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const leasesAtTheSameMoment: StoreCase = {
  name: 'relays that ask at the same moment, by different processes, never get one row',
  number: 53,
  group: 'relay',
  run: async (run) => {
    const benches = [await StoreBench.open(run)];
    const [first] = benches as [StoreBench];
    while (benches.length < 4) benches.push(await first.join());
    await first.add(...Array.from({ length: 200 }, (_, index) => entryOf(`row ${index}`, { partitionKey: `key ${index}` })));
    const relays = benches.map(({ store }) => first.relay(undefined, store));
    for (let round = 0; round < 6; round += 1) {
      const leases = await Promise.all(relays.map((relay) => relay.lease()));
      const texts = leases.flatMap(({ rows }) => rows.map(textOf));
      expectThat(new Set(texts).size === texts.length, `in round ${round} ${texts.length - new Set(texts).size} rows came twice`);
      const own = leases.reduce((sum, { slots }) => sum + slots.own, 0);
      const all = leases[0]?.slots.all ?? 0;
      expectThat(own <= all, `in round ${round} the relays have ${own} of ${all} slots`);
    }
    const shares = (await Promise.all(relays.map((relay) => relay.lease()))).map(({ slots }) => slots.own);
    expectThat(
      shares.every((own) => own === shares[0]),
      `in the end the relays have ${shares.join(', ')} slots`,
    );
  },
};
