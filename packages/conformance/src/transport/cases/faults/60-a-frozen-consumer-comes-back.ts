import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import { goneForAWhile } from '../../gone-for-a-while.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 5;

export const aFrozenConsumerComesBack: TransportCase = {
  name: 'a consumer whose locks expired while it was frozen settles nothing of others, and goes on without an error',
  number: 60,
  group: 'faults',
  needsKill: ['expire-lock'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    if (harness.hasProcesses) {
      await goneForAWhile(harness, 'frozen', COUNT);
      return 'proven';
    }
    const frozen = await Bench.open(harness);
    await frozen.send(...Array.from({ length: COUNT }, (_, n) => `message ${n}`));
    const receiver = await frozen.receive(COUNT);
    await frozen.arrivals(COUNT);
    await receiver.pause(); // frozen: it takes nothing, and answers nothing
    const other = await frozen.join();
    if (harness.capabilities.lock === undefined) {
      await harness.quiet();
      const results = await Promise.all(frozen.arrived.map(async (delivery) => delivery.ack()));
      expectThat(
        results.every((result) => result === 'settled'),
        `without locks, deliveries were lost: ${results.join()}`,
      );
      await frozen.close();
      await other.close();
      return 'refused';
    }
    await harness.inject('expire-lock', { endpoint: frozen.endpoint.name });
    await other.receive(COUNT);
    await other.arrivals(COUNT);
    const late = await Promise.all(frozen.arrived.map(async (delivery) => delivery.ack()));
    expectThat(
      late.every((result) => result === 'lost'),
      `after its lock expired an ack gave ${late.join()}`,
    );
    const own = await Promise.all(other.arrived.map(async (delivery) => delivery.ack()));
    expectThat(
      own.every((result) => result === 'settled'),
      `the late acks touched what another process held: ${own.join()}`,
    );
    await receiver.resume();
    await frozen.sendAccepted(frozen.entry('after'));
    await harness.until('a message after it', () => [...frozen.arrived, ...other.arrived].some((delivery) => textOf(delivery) === 'after'));
    await frozen.close();
    await other.close();
    return 'proven';
  },
};
