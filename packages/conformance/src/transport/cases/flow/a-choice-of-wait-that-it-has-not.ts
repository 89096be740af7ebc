import { endpoint, isBusError } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const ALL = ['hold', 'pass', 'park'] as const;

export const aChoiceOfWaitThatItHasNot: TransportCase = {
  name: 'an ordered endpoint starts with each `onWait` that the transport has; with each other the start fails and names those it has',
  group: 'flow',
  run: async (harness) => {
    const possible = harness.capabilities.lanes.onWait;
    for (const onWait of ALL) {
      const name = harness.uniqueName();
      const bus = makeBus(harness, { endpoints: [endpoint(name, { handlers: [], ordered: { onWait } })] });
      if (possible.includes(onWait)) {
        await harness.within(harness.patienceMs, `start with \`onWait: '${onWait}'\``, bus.start());
        await bus.stop();
        continue;
      }
      const error = await rejectionOf(`a start with \`onWait: '${onWait}'\``, () => bus.start());
      expectThat(isBusError(error, 'CAPABILITY_NOT_SUPPORTED'), `a start with \`onWait: '${onWait}'\` gave ${String(error)}`);
      const named = [name, ...possible].filter((word) => !error.message.includes(word));
      expectThat(named.length === 0, `the error does not name ${named.join(', ')}: ${error.message}`);
    }
    return possible.length === 0 ? 'refused' : 'proven';
  },
};
