import { makeGate } from '../../../gate.ts';
import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const sideBySide: StoreCase = {
  name: 'eight transactions run at the same time, or one after the other where the harness says so, and each commits what is its own',
  number: 16,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const texts = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const together = run.oneAtATime ? 1 : texts.length;
    const all = makeGate();
    let running = 0;
    const work = (text: string) =>
      bench.store.transact(async (tx) => {
        running += 1;
        if (running === together) all.open();
        await all.opened;
        if (run.oneAtATime && text === 't0') await run.quiet();
        expectThat(running <= together, 'a second one began, though the harness says that they go one at a time');
        await bench.claim(tx, { idempotencyKey: text });
        await bench.setData(tx, text, text);
        await bench.store.outbox.add(tx, bench.scope, [entryOf(text)]);
        if (run.oneAtATime) running -= 1;
      });
    await run.soon('eight transactions', Promise.all(texts.map(work)));
    for (const text of texts) expectThat((await bench.committed(text)) === text, `${text} is not committed`);
    expectSame('the rows', (await bench.relay().texts()).toSorted(), texts);
    return run.oneAtATime ? 'refused' : 'proven';
  },
};
