import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const nothingToDecide: StoreCase = {
  name: 'a decision on a row that is not there, waits, or was decided on says false and changes nothing',
  number: 58,
  group: 'operator',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    const { outbox } = bench.store;
    await bench.add(entryOf('a'), entryOf('b'));
    const [a, b] = (await relay.lease()).rows.map(({ sequence }) => sequence) as [string, string];
    for (const sequence of [a, b, '999999999999'])
      for (const decision of ['retry', 'park', 'discard'] as const)
        expectThat(!(await outbox.decide(bench.scope, sequence, decision)), `${decision} of ${sequence} says true`);
    await relay.hold('b');
    expectThat(await outbox.decide(bench.scope, b, 'discard'), 'a held row could not be removed');
    for (const decision of ['retry', 'park', 'discard'] as const)
      expectThat(!(await outbox.decide(bench.scope, b, decision)), `${decision} of a row that was removed says true`);
    expectSame('the rows', await relay.texts(), ['a']);
  },
};
