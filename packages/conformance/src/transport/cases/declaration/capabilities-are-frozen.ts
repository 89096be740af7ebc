import { expectThat } from '../../../runner.ts';
import type { TransportCase } from '../../transport-case.ts';

export const capabilitiesAreFrozen: TransportCase = {
  name: 'capabilities are frozen, all through, and the same each time',
  group: 'declaration',
  run: (harness) => {
    const transport = harness.createBare();
    const { capabilities } = transport;
    expectThat(transport.capabilities === capabilities, 'the capabilities are other ones each time');
    expectThat(Object.isFrozen(capabilities), 'the capabilities are not frozen');
    for (const [name, value] of Object.entries(capabilities))
      expectThat(typeof value !== 'object' || value === null || Object.isFrozen(value), `the capability \`${name}\` is not frozen`);
    expectThat(
      JSON.stringify(harness.createBare().capabilities) === JSON.stringify(capabilities),
      'another transport of the same harness has other capabilities',
    );
    return Promise.resolve('proven');
  },
};
