import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { LEASE_MS } from '../../relay-part.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const oneRelayHasEverything: StoreCase = {
  name: 'a relay alone has all slots, for as long as it asked, and renews by asking again',
  number: 40,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    await bench.add(entryOf('a'));
    for (let round = 0; round < 5; round += 1) {
      const { rows, slots, remainingMs } = await relay.lease();
      expectThat(slots.own === slots.all && slots.all > 1, `it has ${slots.own} of ${slots.all} slots`);
      expectThat(remainingMs > 0 && remainingMs <= LEASE_MS, `a lease of ${LEASE_MS} ms lasts ${remainingMs} ms`);
      expectSame('the rows', rows.map(textOf), ['a']);
      bench.later(LEASE_MS - 1);
    }
  },
};
