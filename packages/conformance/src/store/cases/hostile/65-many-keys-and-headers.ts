import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const manyKeysAndHeaders: StoreCase = {
  name: 'names of 256 characters and a thousand headers are kept',
  number: 65,
  group: 'hostile',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const long = 'k'.repeat(256);
    const wide = '語'.repeat(256);
    const headers = new Map(Array.from({ length: 1_000 }, (_, index) => [`x-header-${index}`, `value ${index}`.repeat(10)] as const));
    await bench.add(entryOf('long', { partitionKey: long, headers }), entryOf('wide', { partitionKey: wide }));
    const { rows } = await bench.relay().lease();
    expectSame(
      'the keys',
      rows.map(({ entry }) => entry.partitionKey),
      [long, wide],
    );
    expectThat(rows[0]?.entry.headers.size === 1_000, `${rows[0]?.entry.headers.size} headers came back of 1000`);
    for (const text of [long, wide])
      for (const part of ['endpoint', 'handlerId', 'idempotencyKey'] as const) {
        const claims = [
          await bench.claimed({ [part]: text }),
          await bench.claimed({ [part]: text }),
          await bench.claimed({ [part]: `${text.slice(1)}x` }),
        ];
        expectSame(
          `claims of a ${part} of 256 characters`,
          claims.map(({ status }) => status),
          ['new', 'completed', 'new'],
        );
      }
  },
};
