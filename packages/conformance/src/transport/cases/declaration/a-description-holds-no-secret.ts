import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What an address with a password in it, a signature or a key looks like. */
const SECRETS = /\/\/[^/\s]*:[^/\s]*@|password|secret|accesskey|signature=|token=/i;
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

export const aDescriptionHoldsNoSecret: TransportCase = {
  name: 'name, capabilities, plans and connection states are for people to read: short names, no secrets',
  group: 'declaration',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { transport } = bench;
    expectThat(NAME.test(transport.name), `the name "${transport.name}" is not short and lower-case`);
    const plan = transport.topology.plan({ endpoints: [bench.endpoint], topics: [], subscriptions: [] });
    await bench.close();
    const shown = { capabilities: transport.capabilities, plan, states: bench.states };
    for (const [what, value] of Object.entries(shown))
      expectThat(!SECRETS.test(JSON.stringify(value)), `the ${what} of the transport hold what looks like a secret`);
    expectThat(plan.entities.length > 0, 'a plan with an endpoint is empty');
    return 'proven';
  },
};
