import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const secondVerbIsRefused: TransportCase = {
  name: 'the same verb again is a no-op, another throws ALREADY_SETTLED',
  number: 24,
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const delivery = await bench.arrival(0);
    expectThat((await delivery.ack()) === 'settled' && (await delivery.ack()) === 'settled', 'ack twice was not a no-op');
    const error = await rejectionOf('a second verb', () => delivery.release());
    expectThat(isBusError(error, 'ALREADY_SETTLED'), `a second verb gave ${String(error)}`);
    await bench.close();
    return 'proven';
  },
};
