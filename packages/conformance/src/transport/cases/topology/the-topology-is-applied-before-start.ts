import { defineEvent, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { makeBus, startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

export const theTopologyIsAppliedBeforeStart: TransportCase = {
  name: 'before it starts a bus compares and applies its topology, says what it made, and from then on subscriptions collect',
  group: 'topology',
  run: async (harness) => {
    const done = defineEvent<{ readonly n: number }>(`${harness.uniqueName()}.done`);
    const seen: number[] = [];
    const endpoints = [endpoint(harness.uniqueName(), { handlers: [handler(done, ({ n }) => void seen.push(n))] })];
    const bus = makeBus(harness, { endpoints, provisioning: 'validate' });
    const { topology } = bus;
    const names = topology.plan().entities.map(({ name }) => name);
    const own = names.filter((name) => name.startsWith(endpoints[0]?.name ?? ''));
    expectThat(own.length > 0, 'the plan holds nothing of the endpoint');
    const before = await harness.within(harness.patienceMs, '`compare`', topology.compare());
    expectThat(before.differences.length > 0, '`compare` finds nothing missing before `apply`');
    const { made, text } = await harness.within(harness.patienceMs, '`apply`', topology.apply());
    for (const name of own)
      expectThat(text.includes(name) && made.some((one) => one.name === name), `\`apply\` did not say that it made "${name}"`);
    const after = await topology.compare();
    expectThat(after.differences.length === 0, `after \`apply\` this differs: ${after.text}`);
    expectThat((await topology.apply()).made.length === 0, 'a second `apply` made something again');
    expectThat(bus.state === 'idle', `after \`apply\` the bus is ${bus.state}`);
    const sender = await startBus(harness, { publishes: [done] });
    await sender.publish(done, { n: 1 });
    expectThat(seen.length === 0, 'a bus that has not started handled an event');
    await harness.within(harness.patienceMs, 'a start with `validate`', bus.start());
    await harness.until('the event that was published before the start', () => seen.length > 0);
    await bus.stop();
    await sender.stop();
    return 'proven';
  },
};
