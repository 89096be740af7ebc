import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';
import { expectThat } from '../../../runner.ts';

export const beforeTheFirstSubscription: TransportCase = {
  name: 'an event from before a subscription is not delivered to it; from its declaration on it collects, with nobody receiving',
  number: 16,
  group: 'sending',
  run: async (harness) => {
    const topic = `${harness.uniqueName()}.topic`;
    const bench = await Bench.open(harness);
    await bench.declareTopics(topic);
    await bench.sendAccepted(bench.event(topic, 'before'));
    await bench.apply(topic);
    await bench.sendAccepted(bench.event(topic, 'after'));
    await bench.close();
    await bench.reopen();
    await bench.consume(5);
    await bench.arrivedExactly(1, 'of one event from before the subscription and one from after it');
    expectThat(bench.texts()[0] === 'after', 'the event from before the subscription was delivered');
    await bench.close();
    return 'proven';
  },
};
