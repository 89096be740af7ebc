import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const anotherTryComesLater: StoreCase = {
  name: 'a failed row comes again when it was told to, with its attempts counted; until then it keeps back its key and nobody else',
  number: 48,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    await bench.add(
      entryOf('k1', { partitionKey: 'k' }),
      entryOf('k2', { partitionKey: 'k' }),
      entryOf('none'),
      entryOf('j1', { partitionKey: 'j' }),
    );
    const [k1, , none] = (await relay.lease()).rows.map(({ sequence }) => sequence) as [string, string, string, string];
    const marked = await relay.failed([
      { sequence: k1, reason: 'refused', retryAfterMs: 2_000 },
      { sequence: none, reason: 'refused', retryAfterMs: 5_000 },
    ]);
    expectThat(marked === 2, `of two rows ${marked} were marked`);
    const meanwhile = await relay.lease();
    expectSame('rows meanwhile', meanwhile.rows.map(textOf), ['j1']);
    expectThat(Math.abs((meanwhile.nextDueMs ?? -1) - 2_000) <= 1, `the next row is due in ${meanwhile.nextDueMs} ms`);
    await bench.expectStatus({ waiting: 4, delayed: 0, held: 0 }, 'with two that wait for another try');
    await bench.add(entryOf('k3', { partitionKey: 'k' }));
    bench.later(1_999);
    expectSame('rows a little before', await relay.texts(), ['j1']);
    bench.later(1);
    const again = await relay.lease();
    expectSame('rows at its time', again.rows.map(textOf), ['k1', 'k2', 'j1', 'k3']);
    expectSame(
      'their attempts',
      again.rows.map(({ attempts }) => attempts),
      [1, 0, 0, 0],
    );
    await relay.failed([{ sequence: k1, reason: 'refused', retryAfterMs: 0 }]);
    expectSame(
      'attempts after the second',
      (await relay.lease()).rows.map(({ attempts }) => attempts),
      [2, 0, 0, 0],
    );
  },
};
