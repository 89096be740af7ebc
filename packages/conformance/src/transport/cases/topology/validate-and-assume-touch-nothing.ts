import { defineEvent, endpoint, handler } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import { makeBus, startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Done = defineEvent<{ readonly n: number }>('conformance.done');
const Unlisted = defineEvent<{ readonly n: number }>('conformance.unlisted');

export const validateAndAssumeTouchNothing: TransportCase = {
  name: 'with `validate` a missing endpoint fails start by name; neither `validate` nor `assume` makes anything',
  group: 'topology',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const name = harness.uniqueName();
    const endpoints = [endpoint(name, { handlers: [handler(Done, () => undefined)] })];
    const { topology } = bench.transport;
    const wanted = { ...bench.endpoint, name, deadLetter: `${name}.dead-letter`, skipped: `${name}.skipped` };
    const plan = topology.plan({ endpoints: [wanted], topics: [], subscriptions: [] });
    const missing = (await topology.compare(plan)).length;
    const strict = makeBus(harness, { endpoints, provisioning: 'validate' });
    const error = await rejectionOf('a start with `validate`', () => strict.start());
    expectThat(isBusError(error, 'TOPOLOGY_DIFFERS'), `a start with \`validate\` gave ${String(error)}`);
    expectThat(error.message.includes(name), `the error does not name the endpoint: ${error.message}`);
    const assuming = await startBus(harness, { provisioning: 'assume', publishes: [Unlisted] });
    await assuming.stop();
    const stillMissing = (await topology.compare(plan)).length;
    expectThat(
      stillMissing === missing,
      `\`validate\` or \`assume\` has made something: ${missing - stillMissing} entities less are missing`,
    );
    const making = await startBus(harness, { endpoints });
    await making.stop();
    await harness.within(harness.patienceMs, 'a start with `validate`, of what is there', strict.start());
    await strict.stop();
    await bench.close();
    return 'proven';
  },
};
