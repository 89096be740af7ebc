import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const attemptsGrow: TransportCase = {
  name: 'a message whose handler throws comes again, and its attempt grows by one each time',
  number: 20,
  group: 'settling',
  run: async (harness) => {
    const attempts: number[] = [];
    const work = handler(Work, (_, context) => {
      attempts.push(context.attempt);
      if (attempts.length < 3) throw new Error('not yet');
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], recovery: { redeliver: ['1s', '2s'] } })] });
    await bus.send(Work, { n: 1 });
    await harness.until('three attempts', () => attempts.length === 3);
    await harness.passMost(10_000);
    expectThat(attempts.join() === '1,2,3', `the attempts of one message were ${attempts.join(', ')}`);
    await bus.stop();
    return harness.capabilities.attempts.kind === 'count' ? 'proven' : 'emulated';
  },
};
