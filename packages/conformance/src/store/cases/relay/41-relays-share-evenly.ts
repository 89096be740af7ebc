import type { OutboxLease } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import type { RelayPart } from '../../relay-part.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const relaysShareEvenly: StoreCase = {
  name: 'relays share evenly as soon as the first ones give up what is too much, no slot is with two, and nothing is left over',
  number: 41,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await bench.add(...Array.from({ length: ROWS }, (_, index) => entryOf(`row ${index}`, { partitionKey: `key ${index}` })));
    const relays: RelayPart[] = [];
    for (const count of [1, 2, 3, 5, 8]) {
      while (relays.length < count) relays.push(bench.relay());
      for (let round = 0; round < 3; round += 1) for (const relay of relays) await relay.lease({ limit: 0 });
      const leases: OutboxLease[] = [];
      for (const relay of relays) leases.push(await relay.lease());
      sharesAll(leases);
    }
  },
};

const ROWS = 300;

function sharesAll(leases: readonly OutboxLease[]): void {
  const count = leases.length;
  const all = leases[0]?.slots.all ?? 0;
  const most = Math.ceil(all / count);
  for (const { slots } of leases) expectThat(slots.own <= most && slots.own > 0, `of ${count} relays one has ${slots.own} of ${all} slots`);
  const sum = leases.reduce((total, { slots }) => total + slots.own, 0);
  expectThat(sum === all, `${count} relays have ${sum} of ${all} slots together`);
  const texts = leases.flatMap(({ rows }) => rows.map(textOf));
  const different = new Set(texts).size;
  expectThat(
    texts.length === ROWS && different === ROWS,
    `${count} relays got ${texts.length} rows, ${different} different ones, of ${ROWS}`,
  );
}
