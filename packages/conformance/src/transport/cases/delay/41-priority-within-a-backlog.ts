import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const priorityWithinABacklog: TransportCase = {
  name: 'within a backlog higher priorities come first, and equal ones in the order of sending',
  number: 41,
  group: 'delay',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const priorities = [0, 9, 5, undefined, 9, 1, 5];
    const entries = priorities.map((priority, index) => bench.entry(`${priority ?? 0}${'abcdefg'[index]}`, { priority }));
    const outcomes = await bench.transport.send(entries, {});
    if (!harness.capabilities.priority) {
      const taken = outcomes.filter((outcome, index) => priorities[index] !== undefined && outcome.status === 'accepted');
      expectThat(taken.length === 0, `${taken.length} messages with a priority were accepted by a broker that has none`);
      expectThat(outcomes[3]?.status === 'accepted', `the one without a priority was ${describeOutcome(outcomes[3])}`);
      return 'refused';
    }
    await bench.receive(1, (delivery) => void delivery.ack());
    await bench.arrivedExactly(entries.length, 'of a backlog');
    const order = bench.texts().join(' ');
    expectThat(order === '9b 9e 5c 5g 1f 0a 0d', `they came as ${order}`);
    await bench.close();
    return 'proven';
  },
};
