import type { IStore } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';
import type { StoreRun } from '../../store-run.ts';

export const refusesWhenNotOpen: StoreCase = {
  name: 'before it is open and after it was closed every operation is refused with STORE_UNAVAILABLE, and no work is begun',
  number: 3,
  group: 'life',
  run: async (run) => {
    const store = run.create();
    await refusesAll(run, store, 'before it is open');
    await run.soon('opening', store.open(run.openOptions()));
    await run.soon('closing', store.close());
    await refusesAll(run, store, 'after it was closed');
  },
};

async function refusesAll(run: StoreRun, store: IStore, when: string): Promise<void> {
  const { outbox, inbox } = store;
  const scope = run.uniqueName();
  const relay = { scope, relay: 'one', now: run.at(0) };
  let isBegun = false;
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    transact: () => store.transact(async () => void (isBegun = true)),
    lease: () => outbox.lease({ ...relay, leaseMs: 1_000, limit: 1, maxBytes: 1, except: [], mayShrink: true }),
    leave: () => outbox.leave(relay),
    markSent: () => outbox.markSent(relay, ['1']),
    markFailed: () => outbox.markFailed(relay, [{ sequence: '1', reason: 'none', retryAfterMs: undefined }]),
    status: () => outbox.status(relay),
    held: () => outbox.held({ scope, limit: 1 }),
    decide: () => outbox.decide(scope, '1', 'retry'),
    prune: () => inbox.prune({ scope, olderThanMs: 0, limit: 1, now: run.at(0) }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const outcome = await run.soon(name, outcomeOf(call()));
    expectThat(outcome === 'STORE_UNAVAILABLE', `${when} \`${name}\` came to: ${outcome}`);
  }
  expectThat(!isBegun, `${when} the work of a transaction was begun`);
}
