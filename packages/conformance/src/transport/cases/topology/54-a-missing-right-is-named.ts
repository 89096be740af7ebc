import { isBusError } from '@waybill/core/transport';
import { endpoint } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { endpointOf, rejectionOf } from '../../bench.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aMissingRightIsNamed: TransportCase = {
  name: 'without the right to declare, start fails with a code and names the entity that was refused',
  number: 54,
  group: 'topology',
  needsKill: ['forbid'],
  run: async (harness) => {
    const name = harness.uniqueName();
    const fault = await harness.inject('forbid');
    const bus = makeBus(harness, { endpoints: [endpoint(name, { handlers: [] })] });
    const error = await rejectionOf('a start without the right to declare', () => bus.start());
    expectThat(isBusError(error), `a start without the right to declare gave ${String(error)}`);
    const { entities } = harness.createBare().topology.plan({ endpoints: [endpointOf(name, {})], topics: [], subscriptions: [] });
    const isNamed = entities.some((entity) => error.message.includes(`"${entity.name}"`));
    expectThat(isNamed, `the error does not name the entity: ${error.message}`);
    await fault.end();
    await harness.within(harness.patienceMs, 'the start with the right', bus.start());
    await bus.stop();
    return 'proven';
  },
};
