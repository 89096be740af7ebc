import type { Topology } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const PROCESSES = 10;

export const declaredManyTimes: TransportCase = {
  name: 'a topology that is declared twice, and by ten processes at once, is there once',
  number: 52,
  group: 'topology',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const topic = `${bench.endpoint.name}.topic`;
    const topology: Topology = {
      endpoints: [bench.endpoint],
      topics: [{ name: topic }],
      subscriptions: [{ topic, endpoint: bench.endpoint.name }],
    };
    const processes = await Promise.all(
      Array.from({ length: PROCESSES }, async () => {
        const transport = harness.create();
        await transport.open(harness.openOptions());
        return transport;
      }),
    );
    for (let round = 0; round < 2; round += 1) {
      const applied = processes.map(({ topology: port }) => port.apply(port.plan(topology)));
      await harness.within(harness.patienceMs, 'ten declarations at once', Promise.all(applied));
    }
    const differences = await bench.transport.topology.compare(bench.transport.topology.plan(topology));
    expectThat(differences.length === 0, `${differences.length} differences are left after it was declared`);
    await bench.sendAccepted(bench.event(topic, 'one event'));
    await bench.consume(5);
    await bench.arrivedExactly(1, 'of one event, after twenty declarations of one subscription');
    for (const transport of processes) await transport.close();
    await bench.close();
    return 'proven';
  },
};
