import { expectThat } from '../../../runner.ts';
import { buryTexts } from '../../bury-texts.ts';
import { Bench } from '../../bench.ts';
import { makeGate } from '../../../gate.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aLetterHasOneTaker: TransportCase = {
  name: 'of two processes that take one letter at once, one does; a listing meanwhile shows it, or says that it is not complete',
  group: 'dead-letters',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await buryTexts(bench, 'a', 'b');
    const other = await bench.join();
    const { name } = bench.endpoint;
    const ids = (await bench.deadLetters()).map(({ id }) => id);
    const gate = makeGate();
    let acts = 0;
    const act = async (): Promise<void> => {
      acts += 1;
      await gate.opened;
    };
    const first = bench.transport.deadLetters.take(name, ids.slice(0, 1), act);
    await harness.until('the first act', () => acts === 1);
    const page = await other.transport.deadLetters.list(name, { limit: 10 });
    const second = await other.transport.deadLetters.take(name, ids.slice(0, 1), act);
    expectThat(second.length === 0 && acts === 1, 'a letter was taken twice');
    const isScan = harness.capabilities.deadLetters === 'scan';
    expectThat(page.letters.length === 2 || (isScan && !page.complete), `a page with ${page.letters.length} of 2 letters says complete`);
    gate.open();
    expectThat((await first).length === 1, 'the first did not take it');
    const after = await other.transport.deadLetters.list(name, { limit: 10 });
    expectThat(after.letters.length === 1 && after.complete, `afterwards ${after.letters.length} letters stand there instead of 1`);
    await other.close();
    await bench.close();
    return 'proven';
  },
};
