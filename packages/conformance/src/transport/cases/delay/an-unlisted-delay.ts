import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const LISTED_MS = 2_000;
const UNLISTED_MS = 1_234;

export const anUnlistedDelay: TransportCase = {
  name: 'a redelivery after a delay that no policy lists works, or is refused and leaves the delivery unsettled',
  group: 'delay',
  run: async (harness) => {
    const bench = await Bench.open(harness, { redeliveryDelaysMs: [LISTED_MS] });
    await bench.send('one');
    await bench.receive(5);
    const first = await bench.arrival(0);
    if (harness.capabilities.delay.steps === 'policy') {
      await rejectionOf('a redelivery after a delay that is not listed', () =>
        first.redeliver({ delayMs: UNLISTED_MS, headers: new Map() }),
      );
      await first.redeliver({ delayMs: LISTED_MS, headers: new Map() });
    } else await first.redeliver({ delayMs: UNLISTED_MS, headers: new Map() });
    await bench.arrivedExactly(1, 'before the redelivery is due');
    await harness.pass(LISTED_MS + 2_000);
    await bench.arrivedExactly(2, 'after one redelivery');
    expectThat((await bench.arrived[1]?.ack()) === 'settled', 'what came again could not be settled');
    await bench.close();
    return harness.capabilities.delay.steps === 'policy' ? 'refused' : 'proven';
  },
};
