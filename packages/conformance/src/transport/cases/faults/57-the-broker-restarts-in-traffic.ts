import { LOG_EVENTS } from '@waybill/core/transport';
import { Bench } from '../../bench.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const PUBLISHERS = 100;
const MESSAGES = 10_000;

export const theBrokerRestartsInTraffic: TransportCase = {
  name: 'the broker restarts after a third and after half of 10,000 messages of 100 publishers: what was accepted is handled',
  number: 57,
  group: 'faults',
  needsKill: ['restart'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await bench.receive(50, traffic.handle(bench));
    const publish = (share: number): Promise<unknown> =>
      Promise.all(Array.from({ length: PUBLISHERS }, () => traffic.produce(bench, (MESSAGES / PUBLISHERS) * share)));
    for (const share of [0.33, 0.17]) {
      const publishing = publish(share);
      await harness.runtime.yield();
      await harness.inject('restart');
      await harness.within(harness.patienceMs * 4, 'sends while the broker restarted', publishing);
    }
    await publish(0.5);
    if (!harness.capabilities.durable) {
      await harness.quiet();
      await bench.transport.send([bench.entry('after')], {});
      await harness.until('a message after the restart', () => bench.texts().includes('after'));
      await bench.close();
      return 'refused'; // not durable: what the broker held is gone, and it says so
    }
    await traffic.isDone(bench);
    await bench.close();
    return 'proven';
  },
};
