import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const theStatusCounts: StoreCase = {
  name: 'the status counts what waits, also behind a held row, what is delayed and what is held, and how old the oldest is',
  number: 60,
  group: 'operator',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    const empty = await bench.status();
    expectSame('an empty outbox', [empty.waiting, empty.delayed, empty.held, empty.oldestMs], [0, 0, 0, 0]);
    await bench.add(entryOf('a', { partitionKey: 'k' }), entryOf('b', { partitionKey: 'k' }), entryOf('c', {}, bench.now + 5_000));
    await relay.hold('a');
    await bench.expectStatus({ waiting: 1, delayed: 1, held: 1 }, 'with one of each');
    const before = await bench.status();
    bench.later(5_000);
    await bench.expectStatus({ waiting: 2, delayed: 0, held: 1 }, 'after its time has come');
    const after = await bench.status();
    expectThat(
      before.oldestMs > 0 && Math.abs(after.oldestMs - before.oldestMs - 5_000) <= 1,
      `after 5 s the oldest is ${after.oldestMs} ms old, before ${before.oldestMs} ms`,
    );
    const rows = (await relay.lease()).rows.filter((row) => textOf(row) !== 'c');
    await relay.sent(rows.map(({ sequence }) => sequence));
    const [held] = await bench.store.outbox.held({ scope: bench.scope, limit: 1 });
    await bench.store.outbox.decide(bench.scope, held?.sequence ?? '', 'discard');
    await relay.sent((await relay.lease()).rows.filter((row) => textOf(row) === 'b').map(({ sequence }) => sequence));
    bench.later(1_000);
    const delayedOnly = await bench.status();
    expectThat(
      delayedOnly.waiting === 1 && Math.abs(delayedOnly.oldestMs - 1_000) <= 1,
      `one that was due a second ago counts as ${delayedOnly.oldestMs} ms old`,
    );
  },
};
