import { expectThat } from '../../../runner.ts';
import { buryTexts } from '../../bury-texts.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const pagesGoOnWhereTheyEnded: TransportCase = {
  name: 'pages go on where the one before ended, also when letters were added or taken since; each endpoint has letters of its own',
  group: 'dead-letters',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const other = await Bench.open(harness, { on: bench });
    await buryTexts(bench, 'a', 'b', 'c', 'd', 'e');
    const { deadLetters } = bench.transport;
    const { name } = bench.endpoint;
    const first = await deadLetters.list(name, { limit: 2 });
    expectThat(first.letters.map((letter) => textOf(letter)).join() === 'a,b', 'the first page does not show the two oldest');
    expectThat(first.cursor !== undefined, 'a page before the last has no cursor');
    await deadLetters.take(name, first.letters.map(({ id }) => id).slice(0, 1), () => Promise.resolve());
    await buryTexts(bench, 'f');
    const rest: string[] = [];
    for (let after: string | undefined = first.cursor; after !== undefined;) {
      const page = await deadLetters.list(name, { after, limit: 2 });
      expectThat(page.letters.length <= 2, `a page of at most 2 has ${page.letters.length} letters`);
      rest.push(...page.letters.map((letter) => textOf(letter)));
      expectThat(rest.length < 10, `the pages after "b" have no end: ${rest.join()}`);
      after = page.cursor;
    }
    expectThat(rest.join() === 'c,d,e,f', `the pages after "b" show ${rest.join()}`);
    expectThat((await other.deadLetters()).length === 0, 'letters of one endpoint are shown at another');
    await bench.close();
    return 'proven';
  },
};
