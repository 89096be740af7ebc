import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const refusesWhenNotOpen: TransportCase = {
  name: 'refuses to send after close, with a code',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.close();
    const error = await rejectionOf('sending after close', () => bench.send('late'));
    expectThat(isBusError(error, 'TRANSPORT_NOT_OPEN'), `sending after close gave ${String(error)}`);
    return 'proven';
  },
};
