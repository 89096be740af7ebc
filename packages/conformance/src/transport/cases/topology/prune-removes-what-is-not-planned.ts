import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const pruneRemovesWhatIsNotPlanned: TransportCase = {
  name: 'apply never removes; prune removes what the plan does not hold, says so, and events stop to come',
  group: 'topology',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { topology } = bench.transport;
    const topic = `${bench.endpoint.name}.topic`;
    await bench.apply(topic);
    const without = topology.plan({ endpoints: [bench.endpoint], topics: [{ name: topic }], subscriptions: [] });
    await topology.apply(without);
    await bench.sendAccepted(bench.event(topic, 'first'));
    await bench.consume(5);
    await bench.arrivedExactly(1, 'of one event, after `apply` of a plan without the subscription');
    const removed = await topology.prune(without);
    const names = removed.map(({ name }) => name).join(', ');
    expectThat(
      removed.some(({ name, settings }) => `${name} ${Object.values(settings).join(' ')}`.includes(topic)),
      `\`prune\` did not tell that it removed the subscription: ${names}`,
    );
    await bench.sendAccepted(bench.event(topic, 'second'), bench.entry('command'));
    await bench.arrivedExactly(2, 'of an event without a subscription and a command');
    expectThat(bench.texts()[1] === 'command', 'an event was delivered whose subscription was removed');
    const nothing = await topology.prune(without);
    expectThat(nothing.length === 0, `a second \`prune\` removed ${nothing.length} more`);
    await bench.close();
    return 'proven';
  },
};
