import type { Topology } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aPlanIsPure: TransportCase = {
  name: 'a plan needs no connection, is the same each time, touches nothing, and after apply nothing of it is missing',
  group: 'topology',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const name = harness.uniqueName();
    const topic = `${name}.topic`;
    const topology: Topology = {
      endpoints: [{ ...bench.endpoint, name, deadLetter: `${name}.dead-letter`, skipped: `${name}.skipped` }],
      topics: [{ name: topic }],
      subscriptions: [{ topic, endpoint: name }],
    };
    const text = JSON.stringify(harness.createBare().topology.plan(topology));
    const port = bench.transport.topology;
    const plan = port.plan(topology);
    expectThat(JSON.stringify(plan) === text, 'a transport that is not open plans something else');
    const before = await port.compare(plan);
    expectThat(before.length > 0, '`plan` or `compare` has made something: nothing is missing before `apply`');
    const again = await port.compare(plan);
    expectThat(again.length === before.length, '`compare` has changed something');
    await port.apply(plan);
    const after = await port.compare(plan);
    expectThat(after.length === 0, `${after.length} differences are left after \`apply\`, the first at ${after[0]?.entity.name}`);
    await bench.close();
    return 'proven';
  },
};
