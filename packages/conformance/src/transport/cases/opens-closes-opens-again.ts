import { systemRuntime } from '@waybill/core/transport';
import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench, textOf } from '../transport-harness.ts';

export const opensClosesOpensAgain: TransportCase = {
  name: 'opens, closes, opens again, ten times over, and still delivers',
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([bench.transport.close(), bench.transport.close()]);
      const open = { runtime: systemRuntime(), onState: () => undefined };
      await Promise.all([bench.transport.open(open), bench.transport.open(open)]);
    }
    await bench.send('after');
    await bench.receive(1);
    const [delivery] = await bench.arrivals(1);
    expectThat(delivery !== undefined && textOf(delivery) === 'after', 'the message did not arrive after the last open');
    await delivery.ack();
    await bench.transport.close();
    return 'proven';
  },
};
