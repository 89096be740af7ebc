import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const opensClosesOpensAgain: TransportCase = {
  name: 'opens, closes, opens again, ten times over, twice at once each time, and still delivers',
  number: 43,
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([bench.close(), bench.close()]);
      await Promise.all([bench.reopen(), bench.reopen()]);
    }
    await bench.send('after');
    await bench.receive(1);
    const delivery = await bench.arrival(0);
    expectThat(textOf(delivery) === 'after', 'the message did not arrive after the last open');
    await delivery.ack();
    await bench.close();
    return 'proven';
  },
};
