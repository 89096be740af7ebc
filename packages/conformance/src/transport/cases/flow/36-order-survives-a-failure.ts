import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { refusesOrder } from '../../refuses-order.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const orderSurvivesAFailure: TransportCase = {
  name: 'while a message of a key waits for its redelivery the others of the key hold, or pass, as it was chosen; none starts before it has failed',
  number: 36,
  group: 'flow',
  run: async (harness) => {
    const [onWait] = harness.capabilities.lanes.onWait;
    if (onWait === undefined) return refusesOrder(harness);
    const begun: number[] = [];
    let isFailing = false;
    let overlaps = 0;
    const work = handler(Work, async ({ n }) => {
      if (isFailing) overlaps += 1;
      begun.push(n);
      if (n !== 1 || begun.filter((one) => one === 1).length > 1) return;
      isFailing = true;
      for (let turn = 0; turn < 5; turn += 1) await harness.runtime.yield();
      isFailing = false;
      throw new Error('not yet');
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, {
      endpoints: [endpoint(name, { handlers: [work], concurrency: 4, ordered: { onWait }, recovery: { redeliver: ['1s'] } })],
    });
    for (let n = 1; n <= 4; n += 1) await bus.send(Work, { n }, { partitionKey: 'one key' });
    await harness.until('all handled', () => begun.length === 5);
    const order = begun.join(' ');
    const wanted = onWait === 'hold' ? '1 1 2 3 4' : '1 2 3 4 1';
    expectThat(order === wanted, `with \`onWait: '${onWait}'\` they were handled as ${order}`);
    expectThat(overlaps === 0, 'another message of the key began before the failed one was settled');
    await bus.stop();
    return 'proven';
  },
};
