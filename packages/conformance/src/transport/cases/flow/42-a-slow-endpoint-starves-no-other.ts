import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { makeGate } from '../../../gate.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Slow = defineCommand<{ readonly n: number }>('conformance.slow');
const Fast = defineCommand<{ readonly sentAt: number }>('conformance.fast');
const COUNT = 100;
const LIMIT_MS = 1_000;

export const aSlowEndpointStarvesNoOther: TransportCase = {
  name: 'of two endpoints of one bus, one that stands still does not hold up the other: 99 of 100 within a second',
  number: 42,
  group: 'flow',
  run: async (harness) => {
    const gate = makeGate();
    const waits: number[] = [];
    const slow = handler(Slow, () => gate.opened);
    const fast = handler(Fast, ({ sentAt }) => void waits.push(harness.runtime.now() - sentAt));
    const bus = await startBus(harness, {
      endpoints: [
        endpoint(harness.uniqueName(), { handlers: [slow], concurrency: 2 }),
        endpoint(harness.uniqueName(), { handlers: [fast], concurrency: 2 }),
      ],
    });
    for (let n = 0; n < COUNT; n += 1) {
      await bus.send(Slow, { n });
      await bus.send(Fast, { sentAt: harness.runtime.now() });
    }
    await harness.until('all of the fast endpoint', () => waits.length === COUNT);
    const slowest = waits.toSorted((a, b) => a - b)[COUNT - 2] ?? 0;
    expectThat(slowest < LIMIT_MS, `beside a slow endpoint 1 in 100 took longer than ${slowest} ms`);
    gate.open();
    await bus.stop();
    return 'proven';
  },
};
