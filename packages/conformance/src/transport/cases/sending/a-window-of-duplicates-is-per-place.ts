import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aWindowOfDuplicatesIsPerPlace: TransportCase = {
  name: 'one message id at two endpoints is two messages, and what comes again because it was not settled is no duplicate',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness, { redeliveryDelaysMs: [1_000] });
    const other = await Bench.open(harness, { on: bench });
    const entry = bench.entry('one id');
    await bench.sendAccepted(entry, { ...entry, destination: { kind: 'endpoint', name: other.endpoint.name } });
    await other.consume(5);
    await other.arrivedExactly(1, 'of one id at two endpoints, at the second');
    await bench.receive(5);
    const first = await bench.arrival(0);
    await first.release();
    const second = await bench.arrival(1);
    await second.redeliver({ delayMs: 1_000, headers: new Map() });
    const third = await bench.arrival(2);
    expectThat((await third.ack()) === 'settled', 'what came again could not be settled');
    await bench.arrivedExactly(3, 'of one that was released and redelivered');
    await bench.close();
    return harness.capabilities.dedupe === undefined ? 'refused' : 'proven';
  },
};
