import type { SendOptions } from '@waybill/core';
import { defineCommand } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const anUndeclaredCapabilityIsRefused: TransportCase = {
  name: 'an option that the transport cannot keep is refused as CAPABILITY_NOT_SUPPORTED before anything leaves',
  group: 'declaration',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const to = bench.endpoint.name;
    const bus = await startBus(harness);
    const refused = optionsThatItCannotKeep(harness);
    for (const options of refused) {
      const error = await rejectionOf(`sending with ${JSON.stringify(options)}`, () => bus.send(Work, { n: 1 }, { to, ...options }));
      expectThat(
        isBusError(error, 'CAPABILITY_NOT_SUPPORTED'),
        `sending with ${JSON.stringify(options)}, which is not declared, gave ${String(error)}`,
      );
    }
    for (const options of optionsThatItKeeps(harness)) {
      const error = await bus.send(Work, { n: 2 }, { to, ...options }).catch((failure: unknown) => failure);
      expectThat(error === undefined, `sending with ${JSON.stringify(options)}, which is declared, gave ${String(error)}`);
    }
    await bench.receive(10);
    await bench.arrivedExactly(optionsThatItKeeps(harness).length, 'after sends that were refused and sends that were not');
    await bus.stop();
    await bench.close();
    return refused.length > 0 ? 'refused' : 'proven';
  },
};

/** Options for which there is no capability. */
function optionsThatItCannotKeep({ capabilities }: CaseHarness): readonly SendOptions[] {
  const { delay, priority } = capabilities;
  const refused: SendOptions[] = [];
  if (!priority) refused.push({ priority: 5 });
  if (delay.maxMs === 0 || delay.steps === 'policy') refused.push({ delay: '1s' });
  else if (!delay.hop && Number.isFinite(delay.maxMs)) refused.push({ delay: delay.maxMs + 60_000 });
  return refused;
}

/** Options that take effect at once, so that the message arrives. */
function optionsThatItKeeps({ capabilities }: CaseHarness): readonly SendOptions[] {
  return capabilities.priority ? [{}, { priority: 5 }] : [{}];
}
