import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench } from '../transport-harness.ts';

export const refusesWhenNotOpen: TransportCase = {
  name: 'refuses to send after close, with a code',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.transport.close();
    let caught: unknown;
    try {
      await bench.send('late');
    } catch (error) {
      caught = error;
    }
    expectThat(isBusError(caught, 'TRANSPORT_NOT_OPEN'), `sending after close gave ${String(caught)}`);
    return 'proven';
  },
};
