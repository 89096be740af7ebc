import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const DELAY_MS = 1_000;

export const everyVerbReturnsItsCredit: TransportCase = {
  name: 'each of the four verbs returns its credit, once',
  group: 'settling',
  run: async (harness) => {
    const bench = await Bench.open(harness, { redeliveryDelaysMs: [DELAY_MS] });
    await bench.send(...Array.from({ length: 8 }, (_, index) => `text ${index}`));
    await bench.receive(2);
    await bench.arrivedExactly(2, 'with a prefetch of 2');
    await bench.arrived[0]?.ack();
    await bench.arrived[0]?.ack();
    await bench.arrivedExactly(3, 'after an ack, called twice');
    await bench.arrived[1]?.deadLetter({ headers: new Map() });
    await bench.arrivedExactly(4, 'after a dead letter');
    await bench.arrived[2]?.redeliver({ delayMs: DELAY_MS, headers: new Map() });
    await bench.arrivedExactly(5, 'after a redelivery, before its time');
    await bench.arrived[3]?.release();
    await bench.arrivedExactly(6, 'after a release');
    await bench.close();
    return 'proven';
  },
};
