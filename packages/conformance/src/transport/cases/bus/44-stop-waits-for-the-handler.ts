import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const DRAIN_MS = 2_000;
const WORK_MS = 1_500;

export const stopWaitsForTheHandler: TransportCase = {
  name: 'stop waits for the handler that runs and settles its message; its signal does not abort before the drain timeout',
  number: 44,
  group: 'bus',
  logs: [LOG_EVENTS.busStopWaiting],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    let begun = false;
    let signal: AbortSignal | undefined;
    let ended = '';
    const work = handler(Work, async (_, context) => {
      begun = true;
      signal = context.signal;
      await new Promise<void>((resolve) => void harness.runtime.setTimer(WORK_MS, resolve));
      ended = context.signal.aborted ? 'aborted' : 'in peace';
    });
    const bus = await startBus(harness, { drainTimeout: DRAIN_MS, endpoints: [endpoint(bench.endpoint.name, { handlers: [work] })] });
    await bus.send(Work, { n: 1 });
    await harness.until('a running handler', () => begun);
    const stopping = bus.stop();
    await harness.quiet();
    expectThat(bus.state === 'stopping', `while a handler runs the bus is ${bus.state}`);
    expectThat(signal?.aborted === false, 'the signal of the handler aborted when stop was called');
    await harness.within(DRAIN_MS + harness.capabilities.stopSlackMs, 'stop', stopping);
    expectThat(ended === 'in peace', `when stop had ended the handler had ended: "${ended}"`);
    await bench.consume(5);
    await bench.arrivedExactly(0, 'of a message that was handled while the bus stopped');
    await bench.close();
    return 'proven';
  },
};
