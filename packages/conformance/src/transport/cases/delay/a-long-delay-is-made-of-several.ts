import { defineCommand, endpoint, handler, isBusError } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const HOUR_MS = 3_600_000;
const TOLERANCE_MS = 5_000;

export const aLongDelayIsMadeOfSeveral: TransportCase = {
  name: 'a delay of an hour is kept by the broker, or made of several by core, as one attempt; else the call refuses it',
  group: 'delay',
  run: async (harness) => {
    const { delay } = harness.capabilities;
    const times: number[] = [];
    const attempts: number[] = [];
    const work = handler(Work, (_, context) => {
      times.push(harness.runtime.now());
      attempts.push(context.attempt);
    });
    const bus = await startBus(harness, { endpoints: [endpoint(harness.uniqueName(), { handlers: [work] })] });
    const isNative = delay.steps === 'any' && delay.maxMs >= HOUR_MS;
    if (!isNative && !delay.hop) {
      const error = await rejectionOf('a delay that the transport has not', () => bus.send(Work, { n: 1 }, { delay: '1h' }));
      expectThat(isBusError(error, 'CAPABILITY_NOT_SUPPORTED'), `a delay that the transport has not gave ${String(error)}`);
      return 'refused';
    }
    const due = harness.runtime.now() + HOUR_MS;
    await bus.send(Work, { n: 1 }, { delay: '1h' });
    if (!(await harness.passMost(HOUR_MS - 1))) return isNative ? 'proven' : 'emulated';
    const early: number = times.length;
    expectThat(early === 0, 'a message came before its delay of an hour was over');
    await harness.pass(TOLERANCE_MS);
    expectThat(times.length === 1, `it was handled ${times.length} times`);
    expectThat((times[0] ?? 0) >= due, `it came ${due - (times[0] ?? 0)} ms too early`);
    expectThat(attempts[0] === 1, `the first time that it was handled was attempt ${attempts[0]}`);
    await bus.stop();
    return isNative ? 'proven' : 'emulated';
  },
};
