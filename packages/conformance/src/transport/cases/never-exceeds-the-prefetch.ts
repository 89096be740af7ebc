import { systemRuntime } from '@waybill/core/transport';
import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench } from '../transport-harness.ts';

export const neverExceedsThePrefetch: TransportCase = {
  name: 'hands over no more than the prefetch, and one more for each that is settled',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send(...Array.from({ length: 20 }, (_, index) => `text ${index}`));
    await bench.receive(5);
    await bench.arrivals(5);
    for (let turn = 0; turn < 20; turn += 1) await systemRuntime().yield();
    expectThat(bench.texts().length === 5, `${bench.arrived.length} were handed over with a prefetch of 5`);
    await bench.arrived[0]?.ack();
    await bench.arrivals(6);
    for (let turn = 0; turn < 20; turn += 1) await systemRuntime().yield();
    expectThat(bench.texts().length === 6, `${bench.arrived.length} were handed over after one ack`);
    await bench.transport.close();
    return 'proven';
  },
};
