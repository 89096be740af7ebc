import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const NAMES_OF_EVERY_OBJECT = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', 'isAdmin'];

export const headerMapsAreInert: TransportCase = {
  name: 'a header map holds what was sent and nothing else, after a header named __proto__ too',
  number: 3,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const plain = bench.entry('plain');
    const risky = { ...plain, headers: new Map([...bench.entry('risky').headers, ['__proto__', '{"isAdmin":"yes"}']]) };
    const [first, second] = await bench.transport.send([risky, plain], {});
    expectThat(second?.status === 'accepted', 'the plain message was not accepted');
    await bench.consume(2);
    await bench.arrivedExactly(first?.status === 'accepted' ? 2 : 1, 'of the messages that were accepted');
    for (const { message } of bench.arrived) {
      const isRisky = message.headers.get('x-text') === 'risky';
      const unexpected = NAMES_OF_EVERY_OBJECT.filter((name) => message.headers.has(name) !== (isRisky && name === '__proto__'));
      expectThat(unexpected.length === 0, `nobody sent, or somebody lost, the headers ${unexpected.join(', ')}`);
      expectThat(message.headers.get('isAdmin') === undefined, '`isAdmin` was read out of a prototype');
      expectThat(message.headers.get('toString') === undefined, '`toString` was read out of a prototype');
    }
    await bench.close();
    return 'proven';
  },
};
