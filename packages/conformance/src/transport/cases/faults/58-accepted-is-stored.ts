import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const MESSAGES = 500;

export const acceptedIsStored: TransportCase = {
  name: 'what was accepted before the broker was killed is there after it; where messages are not durable, they are gone',
  number: 58,
  group: 'faults',
  needsKill: ['restart'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await traffic.produce(bench, MESSAGES);
    expectThat(traffic.accepted.size === MESSAGES, `${traffic.accepted.size} of ${MESSAGES} messages were accepted`);
    await harness.inject('restart');
    await harness.until('the connection', () => bench.states.at(-1)?.status === 'connected');
    await bench.receive(50, traffic.handle(bench));
    if (!harness.capabilities.durable) {
      await bench.arrivedExactly(0, 'of messages that are not durable, after the broker was killed');
      await bench.sendAccepted(bench.entry('after'));
      await bench.arrivedExactly(1, 'of the message that was sent afterwards');
      await bench.close();
      return 'refused';
    }
    await traffic.isDone(bench);
    expectThat(traffic.twice.length === 0, `handled twice, though nothing was in flight: ${traffic.twice.slice(0, 10).join(', ')}`);
    await bench.close();
    return 'proven';
  },
};
