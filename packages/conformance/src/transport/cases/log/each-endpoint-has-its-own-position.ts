import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 20;

export const eachEndpointHasItsOwnPosition: TransportCase = {
  name: 'what one endpoint has settled of a topic another still gets, all of it, when it comes to read',
  group: 'log',
  run: async (harness) => {
    const first = await Bench.open(harness);
    const second = await Bench.open(harness, { on: first });
    const topic = harness.uniqueName();
    await first.apply(topic);
    await second.apply(topic);
    await first.sendAccepted(...Array.from({ length: COUNT }, (_, n) => first.event(topic, String(n), { partitionKey: `key ${n % 3}` })));
    await first.consume(5);
    await first.arrivedExactly(COUNT, 'at the first endpoint');
    await second.receive(COUNT);
    await second.arrivedExactly(COUNT, 'at the second endpoint, after the first had settled all');
    expectThat(new Set(second.texts()).size === COUNT, 'some came twice, others not');
    for (const delivery of second.arrived) await delivery.deadLetter({ headers: new Map() });
    expectThat((await first.deadLetters()).length === 0, 'dead letters of the second endpoint stand at the first');
    await first.arrivedExactly(COUNT, 'at the first endpoint, after the second dead-lettered all');
    await first.close();
    return harness.capabilities.fanOut === 'log' ? 'proven' : 'emulated';
  },
};
