import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench } from '../transport-harness.ts';

export const secondVerbIsRefused: TransportCase = {
  name: 'the same verb again is a no-op, another throws ALREADY_SETTLED',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const [delivery] = await bench.arrivals(1);
    expectThat((await delivery?.ack()) === 'settled' && (await delivery?.ack()) === 'settled', 'ack twice was not a no-op');
    let caught: unknown;
    try {
      await delivery?.release();
    } catch (error) {
      caught = error;
    }
    expectThat(isBusError(caught, 'ALREADY_SETTLED'), `a second verb gave ${String(caught)}`);
    await bench.transport.close();
    return 'proven';
  },
};
