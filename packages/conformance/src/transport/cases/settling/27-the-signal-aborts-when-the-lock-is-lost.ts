import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { makeGate } from '../../../gate.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const LIMIT_MS = 1_000;

export const theSignalAbortsWhenTheLockIsLost: TransportCase = {
  name: 'the signal of a handler aborts within a second of the loss of its lock; nothing is thrown into the handler',
  number: 27,
  group: 'settling',
  needsKill: ['expire-lock'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const signals: AbortSignal[] = [];
    const gate = makeGate();
    let ended = 0;
    const work = handler(Work, async (_, context) => {
      signals.push(context.signal);
      await gate.opened;
      ended += 1;
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], concurrency: 2 })] });
    await bus.send(Work, { n: 1 });
    await harness.until('a running handler', () => signals.length === 1);
    const hasLock = harness.capabilities.lock !== undefined;
    if (hasLock) await harness.inject('expire-lock', { endpoint: name });
    await harness.pass(LIMIT_MS);
    expectThat(signals[0]?.aborted === hasLock, hasLock ? 'the signal did not abort' : 'the signal aborted without a lock to lose');
    gate.open();
    await harness.until('the end', () => ended === (hasLock ? 2 : 1));
    await bus.stop();
    return hasLock ? 'proven' : 'refused';
  },
};
