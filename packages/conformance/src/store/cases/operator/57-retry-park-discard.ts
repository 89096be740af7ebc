import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const retryParkDiscard: StoreCase = {
  name: 'a held row is tried again from its first attempt, or parked so that its key goes on, or removed; a parked one too',
  number: 57,
  group: 'operator',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    const { outbox } = bench.store;
    await bench.add(...['a', 'b', 'c', 'd'].map((text) => entryOf(text, { partitionKey: 'k' })));
    await relay.hold('a');
    expectSame('rows behind a held one', await relay.texts(), []);
    const [a = ''] = (await outbox.held({ scope: bench.scope, limit: 10 })).map(({ sequence }) => sequence);
    expectThat(await outbox.decide(bench.scope, a, 'park'), 'it could not be parked');
    expectSame('rows behind a parked one', await relay.texts(), ['b', 'c', 'd']);
    expectSame(
      'states',
      (await outbox.held({ scope: bench.scope, limit: 10 })).map(({ state }) => state),
      ['parked'],
    );
    await bench.expectStatus({ waiting: 3, delayed: 0, held: 1 }, 'with a parked row');
    expectThat(await outbox.decide(bench.scope, a, 'retry'), 'a parked row could not be tried again');
    const again = await relay.lease();
    expectSame('rows with one that is tried again', again.rows.map(textOf), ['a', 'b', 'c', 'd']);
    expectSame(
      'their attempts',
      again.rows.map(({ attempts }) => attempts),
      [0, 0, 0, 0],
    );
    await relay.hold('a', 'c');
    for (const { sequence } of await outbox.held({ scope: bench.scope, limit: 10 }))
      expectThat(await outbox.decide(bench.scope, sequence, 'discard'), 'a held row could not be removed');
    expectSame('rows after two were removed', await relay.texts(), ['b', 'd']);
    await bench.expectStatus({ waiting: 2, delayed: 0, held: 0 }, 'after two were removed');
  },
};
