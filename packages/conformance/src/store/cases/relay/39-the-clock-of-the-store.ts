import type { OutboxLease } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const theClockOfTheStore: StoreCase = {
  name: 'by the clock of the store a row is due when its time has come, and a lease ends and a key is old when so much time has passed',
  number: 39,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const { outbox, inbox } = bench.store;
    const { scope } = bench;
    const lease = (relay: string, leaseMs: number): Promise<OutboxLease> =>
      run.soon(
        'a lease',
        outbox.lease({ scope, relay, now: storeClock, leaseMs, limit: 10, maxBytes: 1_000_000, except: [], mayShrink: true }),
      );
    const prune = (olderThanMs: number): Promise<number> =>
      run.soon('a prune', inbox.prune({ scope, olderThanMs, limit: 10, now: storeClock }));
    await bench.add(entryOf('now'), entryOf('in an hour', {}, run.runtime.now() + 3_600_000));
    await bench.transact((tx) => inbox.claim(tx, bench.key(), { now: storeClock }));
    const first = await lease('first', 50);
    expectSame('rows that are due', first.rows.map(textOf), ['now']);
    const { nextDueMs = 0 } = first;
    expectThat(nextDueMs > 3_500_000 && nextDueMs <= 3_600_000, `the next row is due in ${nextDueMs} ms`);
    const status = await run.soon('the status', outbox.status({ scope, now: storeClock }));
    expectThat(status.waiting === 1 && status.delayed === 1 && status.oldestMs < 60_000, `the status is ${JSON.stringify(status)}`);
    expectThat((await prune(3_600_000)) === 0, 'a young key was pruned');
    await run.pass(200);
    const second = await lease('second', 15_000);
    expectSame('rows of another relay after the lease', second.rows.map(textOf), ['now']);
    expectThat(
      (await outbox.markSent(
        { scope, relay: 'second', now: storeClock },
        second.rows.map(({ sequence }) => sequence),
      )) === 1,
      'it was not removed',
    );
    expectThat((await prune(100)) === 1, 'an old key was not pruned');
  },
};
