import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const thePrefetchCanBeChanged: TransportCase = {
  name: 'a higher prefetch takes effect at once, a lower one as deliveries are settled',
  group: 'flow',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send(...Array.from({ length: 20 }, (_, index) => `text ${index}`));
    const receiver = await bench.receive(2);
    await bench.arrivedExactly(2, 'with a prefetch of 2');
    receiver.setPrefetch(5);
    await bench.arrivedExactly(5, 'after the prefetch was raised to 5');
    receiver.setPrefetch(3);
    await bench.arrived[0]?.ack();
    await bench.arrived[1]?.ack();
    await bench.arrivedExactly(5, 'after the prefetch was lowered to 3 and two were acked');
    await bench.arrived[2]?.ack();
    await bench.arrivedExactly(6, 'after three were acked with a prefetch of 3');
    await bench.close();
    return 'proven';
  },
};
