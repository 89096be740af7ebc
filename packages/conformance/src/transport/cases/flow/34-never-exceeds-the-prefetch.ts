import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const neverExceedsThePrefetch: TransportCase = {
  name: 'hands over no more than the prefetch, and one more for each that is settled',
  number: 34,
  group: 'flow',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send(...Array.from({ length: 20 }, (_, index) => `text ${index}`));
    await bench.receive(5);
    await bench.arrivedExactly(5, 'with a prefetch of 5');
    await bench.arrived[0]?.ack();
    await bench.arrivedExactly(6, 'with a prefetch of 5, after one ack');
    await bench.arrived[1]?.ack();
    await bench.arrived[2]?.ack();
    await bench.arrivedExactly(8, 'with a prefetch of 5, after three acks');
    await bench.close();
    return 'proven';
  },
};
