import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { refusesOrder } from '../../refuses-order.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aLaneGoesBackAsAWhole: TransportCase = {
  name: 'when a member of a lane goes back because it could not be settled, those behind it go back too and come again in order',
  group: 'flow',
  needsKill: ['fail-settlement'],
  logs: [LOG_EVENTS.settleFailed],
  run: async (harness) => {
    const [onWait] = harness.capabilities.lanes.onWait;
    if (onWait === undefined) return refusesOrder(harness);
    const handled: number[] = [];
    const work = handler(Work, async ({ n }) => {
      await harness.runtime.yield();
      if (n === 1 && handled.length === 0) await harness.inject('fail-settlement');
      handled.push(n);
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], concurrency: 4, ordered: { onWait } })] });
    for (let n = 1; n <= 5; n += 1) await bus.send(Work, { n }, { partitionKey: 'one key' });
    await harness.until('all handled', () => new Set(handled).size === 5 && handled.filter((n) => n === 1).length === 2);
    await harness.quiet();
    const later = handled.slice(1).join(' ');
    expectThat(later === '1 2 3 4 5', `after the first could not be settled they were handled as ${later}`);
    await bus.stop();
    return 'proven';
  },
};
