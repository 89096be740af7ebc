import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const LOCKS = 5;
const LONG_MS = 3_600_000;

export const aLockIsRenewed: TransportCase = {
  name: 'a lock is renewed while a delivery is unsettled, for five locks; at its longest the delivery is lost and comes again',
  number: 26,
  group: 'settling',
  run: async (harness) => {
    const { lock } = harness.capabilities;
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const held = await bench.arrival(0);
    const other = await bench.join();
    await other.receive(1);
    const all = await harness.passMost(lock === undefined ? LONG_MS : Math.min(LOCKS * lock.ms, lock.maxMs - 1));
    await other.arrivedExactly(0, 'at another process, of one that is held here');
    expectThat(!held.lost.aborted, 'it was lost while its lock could be renewed');
    if (lock !== undefined && all && Number.isFinite(lock.maxMs) && harness.isVirtual) {
      await harness.pass(lock.maxMs);
      expectThat(held.lost.aborted, 'it was not lost although it was held for longer than the lock can be renewed');
      await harness.until('the message again', () => other.arrived.length + bench.arrived.length === 2);
      const again = other.arrived[0] ?? (await bench.arrival(1));
      expectThat(textOf(again) === 'one', 'something else came again');
      expectThat((await again.ack()) === 'settled', 'what came again could not be settled');
    } else expectThat((await held.ack()) === 'settled', 'it could not be settled after it was held for long');
    await other.close();
    await bench.close();
    return lock === undefined ? 'refused' : 'proven';
  },
};
