import type { Bus } from '@waybill/core';
import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { refusesOrder } from '../../refuses-order.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aPauseOutlastsALaneThatGoesBack: TransportCase = {
  name: 'an endpoint that was paused stays paused when a lane goes back, and after resume the lane comes in order',
  group: 'flow',
  needsKill: ['fail-settlement'],
  logs: [LOG_EVENTS.settleFailed],
  run: async (harness) => {
    const [onWait] = harness.capabilities.lanes.onWait;
    if (onWait === undefined) return refusesOrder(harness);
    const name = harness.uniqueName();
    const handled: number[] = [];
    const buses: Bus[] = [];
    const work = handler(Work, async ({ n }) => {
      handled.push(n);
      if (handled.length > 1) return;
      await buses[0]?.endpoint(name).pause();
      await harness.inject('fail-settlement');
    });
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], ordered: { onWait } })] });
    buses.push(bus);
    for (let n = 1; n <= 4; n += 1) await bus.send(Work, { n }, { partitionKey: 'one key' });
    await harness.until('the report of the settlement', () => harness.log.count(LOG_EVENTS.settleFailed) > 0);
    await harness.pass(harness.patienceMs);
    expectThat(bus.endpoint(name).paused, 'the endpoint is no longer paused');
    expectThat(handled.join() === '1', `while the endpoint was paused there were handled ${handled.join()}`);
    await bus.endpoint(name).resume();
    await harness.until('all', () => handled.length === 5);
    expectThat(handled.slice(1).join() === '1,2,3,4', `after resume they were handled as ${handled.slice(1).join()}`);
    await bus.stop();
    return 'proven';
  },
};
