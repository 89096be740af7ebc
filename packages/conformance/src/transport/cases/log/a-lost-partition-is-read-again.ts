import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 6;

export const aLostPartitionIsReadAgain: TransportCase = {
  name: 'a reader that loses its partitions is told so at each unsettled delivery, settles nothing more of them, and reads on from the position',
  group: 'log',
  needsKill: ['lose-partition'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const keyed = (n: number): ReturnType<Bench['entry']> => bench.entry(String(n), { partitionKey: 'one key' });
    await bench.sendAccepted(...Array.from({ length: COUNT }, (_, n) => keyed(n)));
    await bench.receive(COUNT);
    await bench.arrivals(COUNT);
    await bench.arrived[0]?.ack();
    if (harness.capabilities.fanOut === 'copy') {
      await harness.passMost(harness.patienceMs);
      expectThat(
        bench.arrived.every(({ lost }) => !lost.aborted),
        'a delivery was lost where there are no partitions to lose',
      );
      for (const delivery of bench.arrived) await delivery.ack();
      return 'refused';
    }
    await harness.inject('lose-partition', { endpoint: bench.endpoint.name });
    const held = bench.arrived.slice(1, COUNT);
    expectThat(
      held.every(({ lost }) => lost.aborted),
      '`lost` did not abort at each unsettled delivery',
    );
    for (const delivery of held) expectThat((await delivery.ack()) === 'lost', 'a delivery of a lost partition was settled');
    await bench.arrivedExactly(2 * COUNT - 1, 'after the partition was read again');
    const again = bench.texts().slice(COUNT).join();
    expectThat(again === '1,2,3,4,5', `after the position there came ${again}`);
    for (const delivery of bench.arrived.slice(COUNT)) await delivery.ack();
    await bench.close();
    return 'proven';
  },
};
