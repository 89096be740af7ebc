import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const closeTwiceIsOneClose: TransportCase = {
  name: 'states tell connected and closed once each; close twice, and at once, is one close',
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.receive(5);
    await Promise.all([bench.close(), bench.close(), bench.close()]);
    await bench.close();
    const states = bench.states.map(({ status }) => status).join(', ');
    expectThat(states === 'connected, closed', `the states were ${states}`);
    expectThat(harness.leftovers().length === 0, `open after close: ${harness.leftovers().join(', ')}`);
    return 'proven';
  },
};
