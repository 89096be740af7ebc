import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const sideBySide: StoreCase = {
  name: 'eight transactions run at the same time, and each commits what is its own',
  number: 16,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const texts = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const all = makeGate();
    let running = 0;
    const work = (text: string) =>
      bench.store.transact(async (tx) => {
        running += 1;
        if (running === texts.length) all.open();
        await all.opened;
        await bench.claim(tx, { idempotencyKey: text });
        await bench.setData(tx, text, text);
        await bench.store.outbox.add(tx, bench.scope, [entryOf(text)]);
      });
    await run.soon('eight transactions', Promise.all(texts.map(work)));
    for (const text of texts) expectThat((await bench.committed(text)) === text, `${text} is not committed`);
    expectSame('the rows', (await bench.relay().texts()).toSorted(), texts);
  },
};
