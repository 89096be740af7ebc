import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aFailedOpenCanBeRetried: TransportCase = {
  name: 'an open that fails is TRANSPORT_OPEN_FAILED, leaves nothing behind, and may be tried again',
  group: 'life',
  needsKill: ['fail-open'],
  run: async (harness) => {
    const transport = harness.create();
    await harness.inject('fail-open', { count: 2 });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await rejectionOf('an open that the broker refuses', () => transport.open(harness.openOptions()));
      expectThat(isBusError(error, 'TRANSPORT_OPEN_FAILED'), `an open that the broker refuses gave ${String(error)}`);
      expectThat(harness.leftovers().length === 0, `a failed open left ${harness.leftovers().join(', ')}`);
      expectThat((harness.openTimers ?? 0) === 0, 'a failed open left a timer');
    }
    await transport.open(harness.openOptions());
    const bench = await Bench.open(harness);
    await bench.sendAccepted(bench.entry('after'));
    await bench.close();
    await transport.close();
    return 'proven';
  },
};
