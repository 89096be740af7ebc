import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aDatabaseThatIsAway: StoreCase = {
  name: 'while the database is away everything is STORE_UNAVAILABLE in bounded time, and works again when it is back',
  number: 72,
  group: 'faults',
  needs: 'goAway',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    await bench.add(entryOf('a'));
    const relay = bench.relay();
    const other = run.create();
    run.own(() => other.close());
    const comeBack = (await run.faults.goAway?.()) ?? (() => Promise.resolve());
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      transact: () => bench.transact((tx) => bench.claim(tx)),
      open: () => run.soon('opening another one', other.open(run.openOptions())),
      lease: () => relay.lease(),
      markSent: () => relay.sent(['1']),
      status: () => bench.status(),
      prune: () => bench.store.inbox.prune({ scope: bench.scope, olderThanMs: 0, limit: 1, now: bench.now }),
    };
    try {
      for (const [name, call] of Object.entries(calls)) {
        const outcome = await outcomeOf(call());
        expectThat(outcome === 'STORE_UNAVAILABLE', `\`${name}\` came to: ${outcome}`);
      }
    } finally {
      await comeBack();
    }
    await run.until('a store that works again', async () => (await outcomeOf(bench.add(entryOf('b')))) === 'it succeeded');
    expectSame('the rows', (await relay.texts()).slice(0, 2), ['a', 'b']);
  },
};
