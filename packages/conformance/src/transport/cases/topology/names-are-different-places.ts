import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

/** The most characters that the name of an endpoint, and of a topic, may have. */
const LONGEST_ENDPOINT = 60;
const LONGEST_TOPIC = 100;

export const namesAreDifferentPlaces: TransportCase = {
  name: 'names that differ in a dot or a hyphen, or only at the end of the longest, are different places',
  group: 'topology',
  run: async (harness) => {
    const base = harness.uniqueName();
    const endpoints = [`${base}.a.b`, `${base}.a-b`, `${base}-a.b`, `${base}-a-b`, ...longNames(base, LONGEST_ENDPOINT)];
    const topics = [`${base}.a.t`, `${base}.a-t`, ...longNames(`${base}.t`, LONGEST_TOPIC)];
    const benches: Bench[] = [];
    for (const name of endpoints)
      benches.push(await Bench.open(harness, { name, ...(benches[0] === undefined ? {} : { on: benches[0] }) }));
    const [sender] = benches as [Bench];
    for (const [index, topic] of topics.entries()) await benches[index]?.apply(topic);
    await sender.sendAccepted(...benches.map((bench) => bench.entry(`to ${bench.endpoint.name}`)));
    await sender.sendAccepted(...topics.map((topic) => sender.event(topic, `of ${topic}`)));
    for (const bench of benches) await bench.consume(5);
    for (const [index, bench] of benches.entries()) {
      const wanted = [`to ${bench.endpoint.name}`, ...(topics[index] === undefined ? [] : [`of ${topics[index]}`])];
      await bench.arrivals(wanted.length);
      await harness.quiet();
      const texts = bench.texts().toSorted().join(', ');
      expectThat(texts === wanted.toSorted().join(', '), `at "${bench.endpoint.name}" arrived: ${texts}`);
    }
    await sender.close();
    return 'proven';
  },
};

/** Two names of that length that differ in their last character only. */
const longNames = (base: string, length: number): readonly [string, string] => {
  const stem = `${base}.${'l'.repeat(length)}`.slice(0, length - 1);
  return [`${stem}1`, `${stem}2`];
};
