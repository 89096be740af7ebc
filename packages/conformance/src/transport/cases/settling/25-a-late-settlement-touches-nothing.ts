import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const LONG_MS = 3_600_000;

export const aLateSettlementTouchesNothing: TransportCase = {
  name: 'a settlement after the lock was lost answers "lost", is counted, and does not settle the delivery of another process',
  number: 25,
  group: 'settling',
  needsKill: ['expire-lock'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    const receiver = await bench.receive(1);
    const first = await bench.arrival(0);
    if (harness.capabilities.lock === undefined) {
      await harness.passMost(LONG_MS);
      expectThat(!first.lost.aborted, 'a delivery without a lock was lost while its connection stood');
      expectThat((await first.ack()) === 'settled', 'a delivery without a lock could not be settled after an hour');
      return 'refused';
    }
    await receiver.stop();
    await harness.inject('expire-lock', { endpoint: bench.endpoint.name });
    expectThat(first.lost.aborted, '`lost` did not abort when the lock expired');
    const other = await bench.join();
    await other.receive(1);
    const second = await other.arrival(0);
    expectThat((await first.ack()) === 'lost', 'an ack after the lock was lost did not answer "lost"');
    expectThat((await first.ack()) === 'lost', 'the same verb again answered something else');
    expectThat(bench.transport.counters.settleLost === 1, `${bench.transport.counters.settleLost} lost settlements were counted`);
    expectThat((await second.release()) === 'settled', 'the delivery of the other process was lost with the first');
    expectThat(textOf(await other.arrival(1)) === 'one', 'the message of the other process was acked by the first');
    await other.arrived[1]?.ack();
    await other.close();
    await bench.close();
    return 'proven';
  },
};
