import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { LEASE_MS } from '../../relay-part.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aFencedRelayChangesNothing: StoreCase = {
  name: 'what a relay marks whose slots went to another changes nothing and counts nothing: the other one sends those rows',
  number: 45,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const frozen = bench.relay('frozen');
    const other = bench.relay('other', (await bench.join()).store);
    await bench.add(entryOf('a', { partitionKey: 'a' }), entryOf('b'), entryOf('c', { partitionKey: 'c' }));
    const { rows } = await frozen.lease();
    const sequences = rows.map(({ sequence }) => sequence);
    bench.later(LEASE_MS);
    await other.lease({ limit: 0 });
    expectThat((await frozen.sent(sequences)) === 0, 'it has removed rows');
    const failures = sequences.map((sequence, index) => ({ sequence, reason: 'late', retryAfterMs: index === 0 ? 60_000 : undefined }));
    expectThat((await frozen.failed(failures)) === 0, 'it has marked rows');
    const lease = await other.lease();
    expectSame('rows of the other', lease.rows.map(textOf), ['a', 'b', 'c']);
    expectThat(
      lease.rows.every(({ attempts }) => attempts === 0),
      'attempts were counted',
    );
    expectThat((await other.sent(sequences)) === 3, 'the other could not remove them');
  },
};
