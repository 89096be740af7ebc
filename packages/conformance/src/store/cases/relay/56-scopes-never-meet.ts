import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const scopesNeverMeet: StoreCase = {
  name: 'scopes never meet: neither their rows, nor relays of one name, nor their status, nor what is decided, held or told',
  number: 56,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const aside = bench.aside();
    await bench.add(entryOf('mine', { partitionKey: 'k' }));
    await aside.add(entryOf('theirs', { partitionKey: 'k' }), entryOf('theirs 2', { partitionKey: 'k' }));
    const [mine, theirs] = [bench.relay('one'), aside.relay('one')];
    const { slots } = await theirs.lease();
    expectSame('my rows', await mine.texts(), ['mine']);
    expectThat((await mine.lease()).slots.own === slots.all, 'a relay of another scope has a share');
    await theirs.hold('theirs');
    expectSame('my rows, though another scope holds the key', await mine.texts(), ['mine']);
    await bench.expectStatus({ waiting: 1, delayed: 0, held: 0 }, 'of my scope');
    await aside.expectStatus({ waiting: 1, delayed: 0, held: 1 }, 'of the other scope');
    const [held] = await bench.store.outbox.held({ scope: aside.scope, limit: 10 });
    expectThat(held !== undefined, 'the other scope holds no row');
    expectThat((await bench.store.outbox.held({ scope: bench.scope, limit: 10 })).length === 0, 'my scope holds a row');
    for (const decision of ['retry', 'park', 'discard'] as const)
      expectThat(!(await bench.store.outbox.decide(bench.scope, held.sequence, decision)), `I could ${decision} a row of another scope`);
    expectThat((await mine.sent([held.sequence])) === 0, 'I could remove a row of another scope');
    expectThat(
      (await mine.failed([{ sequence: held.sequence, reason: 'x', retryAfterMs: 0 }])) === 0,
      'I could mark a row of another scope',
    );
    await mine.leave();
    expectThat((await theirs.lease()).slots.own === slots.all, 'a relay left another scope');
  },
};
