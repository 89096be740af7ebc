import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const nothingIsHandedOverAfterStop: TransportCase = {
  name: 'nothing is handed over after stop is called; it waits for the next start',
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const receiver = await bench.receive(10);
    const stopping = receiver.stop();
    await bench.send('late');
    await stopping;
    await bench.arrivedExactly(0, 'after stop');
    await receiver.start();
    await bench.arrivals(1);
    await bench.close();
    return 'proven';
  },
};
