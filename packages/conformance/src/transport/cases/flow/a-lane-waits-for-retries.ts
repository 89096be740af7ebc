import { defineCommand, endpoint, handler, retry } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { refusesOrder } from '../../refuses-order.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aLaneWaitsForRetries: TransportCase = {
  name: 'while a message of a key is retried in process the others of its key wait; after its dead letter they go on',
  group: 'flow',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const [onWait] = harness.capabilities.lanes.onWait;
    if (onWait === undefined) return refusesOrder(harness);
    const begun: number[] = [];
    const work = handler(Work, ({ n }) => {
      begun.push(n);
      if (n === 1) throw new Error('never');
    });
    const name = harness.uniqueName();
    const recovery = { retries: retry.interval({ retries: 2, every: '1s' }) };
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], ordered: { onWait }, recovery })] });
    for (let n = 1; n <= 3; n += 1) await bus.send(Work, { n }, { partitionKey: 'one key' });
    await harness.until('all handled', () => begun.length === 5);
    expectThat(begun.join(' ') === '1 1 1 2 3', `they were handled as ${begun.join(' ')}`);
    expectThat((await bus.deadLetters(name).count()) === 1, 'the message that failed three times is not among the dead letters');
    await bus.stop();
    return 'proven';
  },
};
