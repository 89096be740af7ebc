import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const Done = defineEvent<{ readonly n: number }>('conformance.done');
const COUNT = 100;

export const theLogIsQuietInNormalUse: TransportCase = {
  name: 'nothing is logged above info while all is well',
  group: 'life',
  run: async (harness) => {
    const name = harness.uniqueName();
    let handled = 0;
    const work = handler(Work, async ({ n }, context) => {
      await context.publish(Done, { n });
    });
    const done = handler(Done, () => {
      handled += 1;
    });
    const endpoints = [endpoint(name, { handlers: [work, done] })];
    const bus = await startBus(harness, { endpoints });
    for (let n = 0; n < COUNT; n += 1) await bus.send(Work, { n });
    await harness.until('all messages', () => handled >= COUNT);
    await harness.within(harness.patienceMs, 'stop', bus.stop());
    await harness.within(harness.patienceMs, 'start', bus.start());
    await harness.within(harness.patienceMs, 'stop', bus.stop());
    expectThat(harness.log.lines.length === 0, `${harness.log.lines.length} lines above info, the first: ${harness.log.lines[0]?.message}`);
    expectThat(handled === COUNT, `${handled} of ${COUNT} messages were handled`);
    return 'proven';
  },
};
