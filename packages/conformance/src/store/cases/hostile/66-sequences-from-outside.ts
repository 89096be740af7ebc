import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const sequencesFromOutside: StoreCase = {
  name: "a sequence that is none, from an operator's hand, is refused or finds nothing, and changes nothing",
  number: 66,
  group: 'hostile',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const { outbox } = bench.store;
    await bench.add(entryOf('a'), entryOf('b'));
    const relay = bench.relay();
    await relay.hold('a', 'b');
    for (const sequence of ['', '0', '-1', '1.5', 'NaN', 'x', "1' or '1'='1", '1 or 1=1', '99999999999999999999999999', '1e3', ' '])
      for (const decision of ['discard', 'park', 'retry'] as const) {
        const decided = await run.soon(
          'a decision',
          outbox.decide(bench.scope, sequence, decision).catch(() => false),
        );
        expectThat(!decided, `${decision} of the sequence "${sequence}" says true`);
      }
    await bench.expectStatus({ waiting: 0, delayed: 0, held: 2 }, 'after that');
  },
};
