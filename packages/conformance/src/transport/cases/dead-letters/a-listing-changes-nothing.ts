import type { DeadLetter } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { buryTexts } from '../../bury-texts.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 7;
const TIMES = 100;

export const aListingChangesNothing: TransportCase = {
  name: 'a listing shows the oldest first and changes nothing that it shows: 100 listings are all the same, page by page too',
  group: 'dead-letters',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await buryTexts(bench, ...Array.from({ length: COUNT }, (_, index) => `text ${index}`));
    const first = describe(await bench.deadLetters());
    for (let time = 0; time < TIMES; time += 1) {
      const letters = await bench.deadLetters(1 + (time % 3));
      expectThat(describe(letters) === first, `listing ${time} shows ${describe(letters)} instead of ${first}`);
      for (const { message } of letters) {
        message.body.fill(0);
        (message.headers as Map<string, string>).set('x-seen', String(time));
      }
    }
    const order = (await bench.deadLetters()).map((letter) => textOf(letter)).join(', ');
    expectThat(order === Array.from({ length: COUNT }, (_, index) => `text ${index}`).join(', '), `they stand as ${order}`);
    expectThat((await bench.transport.deadLetters.count(bench.endpoint.name)) === COUNT, 'their number has changed');
    await bench.close();
    return 'proven';
  },
};

const describe = (letters: readonly DeadLetter[]): string =>
  letters.map((letter) => `${letter.id} ${textOf(letter)} ${Array.from(letter.message.headers).join(';')}`).join(' | ');
