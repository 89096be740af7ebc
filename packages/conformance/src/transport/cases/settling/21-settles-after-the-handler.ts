import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { makeGate } from '../../../gate.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const settlesAfterTheHandler: TransportCase = {
  name: 'a message is settled only after its handler has ended: what was being handled when the connection was cut comes again',
  number: 21,
  group: 'settling',
  needsKill: ['cut'],
  logs: [LOG_EVENTS.settleLost, LOG_EVENTS.transportState],
  run: async (harness) => {
    const gate = makeGate();
    let begun = 0;
    let ended = 0;
    const work = handler(Work, async () => {
      begun += 1;
      await gate.opened;
      ended += 1;
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], concurrency: 4 })] });
    await bus.send(Work, { n: 1 });
    await harness.until('a running handler', () => begun === 1);
    await harness.inject('cut');
    gate.open();
    await harness.until('the message again', () => ended === 2);
    await harness.quiet();
    expectThat(begun === 2, `it was handled ${begun} times after one cut`);
    await bus.stop();
    return 'proven';
  },
};
