import type { Bus } from '@waybill/core';
import { defineEvent, endpoint, handler } from '@waybill/core';
import type { EndpointTopology, Topology } from '@waybill/core/transport';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aTemporaryEndpointGoesWithItsBus: TransportCase = {
  name: 'a temporary endpoint is one for each bus, so that every instance gets every event; it goes when its transport closes, its dead letters stay',
  group: 'topology',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const changed = defineEvent<{ readonly n: number }>(`${harness.uniqueName()}.changed`);
    const name = harness.uniqueName();
    const seen: string[] = [];
    const instance = async (own: string): Promise<Bus> => {
      const handlers = [
        handler(changed, ({ n }) => {
          seen.push(`${own}${n}`);
          if (n === 2) throw new Error('asked for');
        }),
      ];
      return startBus(harness, {
        publishes: [changed],
        endpoints: [endpoint(name, { temporary: true, handlers, recovery: { retries: 0 } })],
      });
    };
    const [first, second] = [await instance('a'), await instance('b')];
    await first.publish(changed, { n: 1 });
    await harness.until(
      'the event at both instances',
      () => seen.length >= 2,
      () => seen.join(),
    );
    await first.stop();
    await second.publish(changed, { n: 2 });
    await harness.until(
      'a dead letter of the instance that is left',
      async () => (await second.deadLetters(name).count()) === 1,
      () => seen.join(),
    );
    await harness.quiet();
    expectThat(seen.toSorted().join() === 'a1,b1,b2', `the instances handled ${seen.join()}`);
    await second.stop();
    const third = await instance('c');
    expectThat((await third.deadLetters(name).count()) === 1, 'the dead letter of an instance went with it');
    await third.stop();
    await goesWithItsTransport(harness);
    return 'proven';
  },
};

/** What one transport has applied is gone for another one when it has closed. */
async function goesWithItsTransport(harness: CaseHarness): Promise<void> {
  const bench = await Bench.open(harness);
  const other = await Bench.open(harness);
  const own: EndpointTopology = { ...bench.endpoint, name: `${bench.endpoint.name}.1a`, temporary: true };
  const topology: Topology = { endpoints: [own], topics: [], subscriptions: [], addition: true };
  await bench.transport.topology.apply(bench.transport.topology.plan(topology));
  const port = other.transport.topology;
  const there = await port.compare(port.plan(topology));
  expectThat(there.length === 0, `of a temporary endpoint this is missing: ${there[0]?.entity.name}`);
  await bench.close();
  const gone = await port.compare(port.plan(topology));
  expectThat(
    gone.some(({ kind, entity }) => kind === 'missing' && entity.name.includes(own.name)),
    'a temporary endpoint outlived its transport',
  );
  await other.close();
}
