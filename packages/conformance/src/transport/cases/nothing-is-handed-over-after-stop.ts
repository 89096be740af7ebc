import { systemRuntime } from '@waybill/core/transport';
import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench } from '../transport-harness.ts';

export const nothingIsHandedOverAfterStop: TransportCase = {
  name: 'nothing is handed over after stop is called; it waits for the next start',
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const receiver = await bench.receive(10);
    const stopping = receiver.stop();
    await bench.send('late');
    await stopping;
    for (let turn = 0; turn < 20; turn += 1) await systemRuntime().yield();
    expectThat(bench.arrived.length === 0, `${bench.arrived.length} were handed over after stop`);
    await receiver.start();
    await bench.arrivals(1);
    await bench.transport.close();
    return 'proven';
  },
};
