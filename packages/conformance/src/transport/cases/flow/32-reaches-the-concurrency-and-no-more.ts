import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { makeGate } from '../../../gate.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const CONCURRENCY = 4;

export const reachesTheConcurrencyAndNoMore: TransportCase = {
  name: 'as many handlers run at once as the concurrency says, and never more',
  number: 32,
  group: 'flow',
  run: async (harness) => {
    const gate = makeGate();
    let running = 0;
    let most = 0;
    let ended = 0;
    const work = handler(Work, async () => {
      running += 1;
      most = Math.max(most, running);
      await gate.opened;
      await harness.runtime.yield();
      running -= 1;
      ended += 1;
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], concurrency: CONCURRENCY })] });
    for (let n = 0; n < 2 * CONCURRENCY; n += 1) await bus.send(Work, { n });
    await harness.until('a full house', () => running === CONCURRENCY);
    await harness.quiet();
    expectThat(running === CONCURRENCY, `${running} handlers run at once with a concurrency of ${CONCURRENCY}`);
    gate.open();
    await harness.until('all handled', () => ended === 2 * CONCURRENCY);
    expectThat(most === CONCURRENCY, `${most} handlers ran at once with a concurrency of ${CONCURRENCY}`);
    await bus.stop();
    return 'proven';
  },
};
