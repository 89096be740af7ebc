import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import type { RelayPart } from '../../relay-part.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const threeRelaysDrainTenThousand: StoreCase = {
  name: 'three relays drain ten thousand rows: none comes twice, none is left, and each key comes in its order',
  number: 54,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const count = 10_000;
    const entries = Array.from({ length: count }, (_, index) =>
      entryOf(String(index), index % 10 === 0 ? {} : { partitionKey: `key ${index % 97}` }),
    );
    for (let start = 0; start < count; start += 2_000) await bench.add(...entries.slice(start, start + 2_000));
    const got = new Set<number>();
    const drain = async (relay: RelayPart): Promise<void> => {
      for (let idle = 0; idle < 3;) {
        const { rows } = await relay.lease({ limit: 500 });
        idle = rows.length === 0 ? idle + 1 : 0;
        for (const index of rows.map((row) => Number(textOf(row)))) {
          expectThat(!got.has(index), `row ${index} came twice`);
          got.add(index);
        }
        const removed = await relay.sent(rows.map(({ sequence }) => sequence));
        expectThat(removed === rows.length, `${removed} of ${rows.length} rows were removed`);
      }
    };
    const relays = [bench.relay(), bench.relay(undefined, (await bench.join()).store), bench.relay(undefined, (await bench.join()).store)];
    for (let round = 0; round < 2; round += 1) for (const relay of relays) await relay.lease({ limit: 0 });
    await Promise.all(relays.map(drain));
    expectThat(got.size === count, `${got.size} rows came of ${count}`);
    const last = new Map<number, number>();
    for (const index of Array.from(got).filter((one) => one % 10 !== 0)) {
      expectThat((last.get(index % 97) ?? -1) < index, `row ${index} came after a later one of its key`);
      last.set(index % 97, index);
    }
    await bench.expectStatus({ waiting: 0, delayed: 0, held: 0 }, 'in the end');
  },
};
