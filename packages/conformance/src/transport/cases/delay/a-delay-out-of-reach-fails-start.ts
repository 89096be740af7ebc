import { endpoint, isBusError } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const YEAR_MS = 365 * 86_400_000;

export const aDelayOutOfReachFailsStart: TransportCase = {
  name: 'a redelivery after a year is possible, or made of several, or the start refuses it and names the endpoint',
  group: 'delay',
  run: async (harness) => {
    const { redeliver, delay, lock } = harness.capabilities;
    const name = harness.uniqueName();
    const bus = makeBus(harness, { endpoints: [endpoint(name, { handlers: [], recovery: { redeliver: ['365d'] } })] });
    const longest = redeliver === 'in-place' ? (lock?.maxMs ?? Number.POSITIVE_INFINITY) : delay.maxMs;
    if (longest >= YEAR_MS || (delay.hop && longest > 0)) {
      await harness.within(harness.patienceMs, 'start', bus.start());
      await bus.stop();
      return longest >= YEAR_MS ? 'proven' : 'emulated';
    }
    const error = await rejectionOf('a start with a redelivery after a year', () => bus.start());
    expectThat(isBusError(error, 'CAPABILITY_NOT_SUPPORTED'), `a start with a redelivery after a year gave ${String(error)}`);
    expectThat(error.message.includes(name), `the error does not name the endpoint: ${error.message}`);
    return 'refused';
  },
};
