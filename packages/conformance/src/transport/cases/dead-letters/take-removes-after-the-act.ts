import { expectThat } from '../../../runner.ts';
import { buryTexts } from '../../bury-texts.ts';
import { Bench, rejectionOf, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const takeRemovesAfterTheAct: TransportCase = {
  name: 'a letter is removed after its act resolved and stays when it rejects; the others are tried all the same',
  group: 'dead-letters',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await buryTexts(bench, 'a', 'b', 'c');
    const { deadLetters } = bench.transport;
    const { name } = bench.endpoint;
    const ids = (await bench.deadLetters()).map(({ id }) => id);
    const acted: string[] = [];
    const failing = new Error('not this one');
    const error = await rejectionOf('a take whose act rejects', () =>
      deadLetters.take(name, ids.slice(0, 2), async (letter) => {
        expectThat((await deadLetters.count(name)) > 1, 'a letter was removed before its act resolved');
        acted.push(textOf(letter));
        if (textOf(letter) === 'a') throw failing;
      }),
    );
    expectThat(error === failing, `the error of the act was not passed on, but ${String(error)}`);
    expectThat(acted.join() === 'a,b', `acts were called for ${acted.join()}`);
    const left = async (): Promise<string> => (await bench.deadLetters()).map((letter) => textOf(letter)).join();
    expectThat((await left()) === 'a,c', `after one act rejected there stand ${await left()}`);
    const taken = await deadLetters.take(name, ['no such id', ...ids], () => Promise.resolve());
    expectThat(taken.length === 2 && taken.includes(ids[0] ?? '') && taken.includes(ids[2] ?? ''), `taken were ${taken.join()}`);
    expectThat((await deadLetters.count(name)) === 0 && (await left()) === '', 'letters are left after all were taken');
    await bench.close();
    return 'proven';
  },
};
