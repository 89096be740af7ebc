import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';

export const capabilitiesAreFrozen: TransportCase = {
  name: 'capabilities are frozen and the same each time',
  group: 'declaration',
  run: (harness) => {
    const transport = harness.create();
    expectThat(Object.isFrozen(transport.capabilities), 'the capabilities are not frozen');
    expectThat(transport.capabilities.maxMessageBytes > 0, 'maxMessageBytes is not positive');
    return Promise.resolve('proven');
  },
};
