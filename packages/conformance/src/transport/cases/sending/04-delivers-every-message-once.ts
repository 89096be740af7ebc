import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 1_000;

export const deliversEveryMessageOnce: TransportCase = {
  name: 'delivers each of 1,000 acked messages, none lost, none twice, bytes and headers as they were',
  number: 4,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.sendAccepted(...Array.from({ length: COUNT }, (_, index) => bench.entry(`text ${index}`)));
    await bench.consume(50);
    await bench.arrivedExactly(COUNT, 'of 1,000 messages that were acked');
    for (const delivery of bench.arrived) {
      const header = delivery.message.headers.get('x-text');
      expectThat(textOf(delivery) === header, `"${textOf(delivery)}" came with the header "${header}"`);
    }
    const distinct = new Set(bench.texts()).size;
    expectThat(distinct === COUNT, `${distinct} different messages came instead of ${COUNT}`);
    await bench.close();
    return 'proven';
  },
};
