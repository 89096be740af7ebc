import type { OutboxLease } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const moreRelaysThanSlots: StoreCase = {
  name: 'where there are more relays than slots some have none: their lease is 0 ms and gives no rows',
  number: 42,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await bench.add(...Array.from({ length: 200 }, (_, index) => entryOf(`row ${index}`, { partitionKey: `key ${index}` })));
    const { slots } = await bench.relay('first').lease();
    const relays = Array.from({ length: slots.all + 3 }, (_, index) => bench.relay(index === 0 ? 'first' : `relay ${index}`));
    for (const relay of relays) await relay.lease({ limit: 0 });
    const leases: OutboxLease[] = [];
    for (const relay of relays) leases.push(await relay.lease());
    const none = leases.filter((lease) => lease.slots.own === 0);
    expectThat(none.length >= 3, `${none.length} of ${relays.length} relays have no slot`);
    for (const { rows, remainingMs } of none)
      expectThat(rows.length === 0 && remainingMs === 0, `one without a slot got ${rows.length} rows for ${remainingMs} ms`);
    for (const lease of leases) expectThat(lease.slots.own <= 1, `one has ${lease.slots.own} slots`);
    const texts = leases.flatMap(({ rows }) => rows.map(textOf));
    expectThat(texts.length === 200 && new Set(texts).size === 200, `the relays got ${texts.length} rows of 200`);
  },
};
