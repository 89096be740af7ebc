import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { goneForAWhile } from '../../gone-for-a-while.ts';
import { makeGate } from '../../../gate.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const oneOverlapAtMost: TransportCase = {
  name: 'a handler that outlives its lock overlaps with one other at most, and the loss is reported once',
  number: 28,
  group: 'settling',
  needsKill: ['expire-lock'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    if (harness.hasProcesses) {
      await goneForAWhile(harness, 'computing', 1);
      return 'proven';
    }
    const name = harness.uniqueName();
    const stalled = makeGate();
    let running = 0;
    let most = 0;
    let ended = 0;
    const work = handler(Work, async () => {
      running += 1;
      most = Math.max(most, running);
      if (running === 1 && ended === 0) await stalled.opened;
      running -= 1;
      ended += 1;
    });
    const endpoints = [endpoint(name, { handlers: [work] })];
    const [first, second] = [await startBus(harness, { endpoints }), await startBus(harness, { endpoints })];
    await first.send(Work, { n: 1 });
    await harness.until('a running handler', () => running === 1);
    const { lock } = harness.capabilities;
    if (lock !== undefined) await harness.inject('expire-lock', { endpoint: name });
    await harness.passMost(2 * (lock?.ms ?? harness.patienceMs));
    stalled.open();
    await harness.until('the end', () => ended === (lock === undefined ? 1 : 2));
    await harness.quiet();
    expectThat(most === (lock === undefined ? 1 : 2), `${most} handlers had the message at once`);
    const reports = harness.log.count(LOG_EVENTS.settleLost);
    expectThat(reports === (lock === undefined ? 0 : 1), `the loss was reported ${reports} times`);
    await Promise.all([first.stop(), second.stop()]);
    return lock === undefined ? 'refused' : 'proven';
  },
};
