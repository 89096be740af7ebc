import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 3_000;
const CALL = 500;

export const theUnsettledSpanIsBounded: TransportCase = {
  name: 'while one delivery of a log is unsettled its partition goes on for a bounded span only; a queue goes on without end',
  group: 'log',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    for (let sent = 0; sent < COUNT; sent += CALL)
      await bench.sendAccepted(
        ...Array.from({ length: CALL }, (_, index) => bench.entry(String(sent + index), { partitionKey: 'one key' })),
      );
    await bench.receive(10, (delivery) => {
      if (textOf(delivery) !== '0') void delivery.ack();
    });
    const isLog = harness.capabilities.fanOut === 'log';
    if (!isLog) {
      await bench.arrivedExactly(COUNT, 'of a queue, one of which is unsettled');
      await bench.close();
      return 'refused';
    }
    await harness.quiet();
    const span = bench.arrived.length;
    expectThat(span > 1, 'one unsettled delivery stops its partition at once');
    expectThat(span < COUNT, `${span} deliveries lie behind one that is unsettled`);
    await bench.arrived[0]?.ack();
    await bench.arrivedExactly(COUNT, 'after the unsettled one was acked');
    await bench.close();
    return 'proven';
  },
};
