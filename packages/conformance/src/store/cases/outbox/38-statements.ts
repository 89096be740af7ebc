import type { OutboxRow } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { bytesOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const statements: StoreCase = {
  name: 'claim, add, lease, marks and a response take one statement each, however much they carry',
  number: 38,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const { statements } = run;
    if (statements === undefined) return 'not offered';
    const relay = bench.relay();
    await relay.lease();
    const cost = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const before = statements();
      await work();
      expectThat(statements() - before === 1, `${what} took ${statements() - before} statements`);
    };
    await bench.transact(async (tx) => {
      await cost('a claim', () => bench.claim(tx));
      await cost('a response', () => bench.store.inbox.keepResponse(tx, bench.key(), bytesOf('kept')));
      await cost('storing 100 rows', () =>
        bench.store.outbox.add(
          tx,
          bench.scope,
          Array.from({ length: 100 }, (_, index) => entryOf(`${index}`)),
        ),
      );
    });
    let rows: readonly OutboxRow[] = [];
    await cost('a lease with rows', async () => ({ rows } = await relay.lease()));
    await cost('a lease without rows', () => relay.lease({ limit: 0 }));
    await cost('marking 50 rows as sent', () => relay.sent(rows.slice(0, 50).map(({ sequence }) => sequence)));
    const failures = rows
      .slice(50)
      .map(({ sequence }, index) => ({ sequence, reason: 'no', retryAfterMs: index % 2 === 0 ? undefined : 1_000 }));
    await cost('marking 50 rows as failed', () => relay.failed(failures));
    return 'proven';
  },
};
