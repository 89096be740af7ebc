import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const COUNT = 10;

export const unstartedComeBackAtOnce: TransportCase = {
  name: 'what was taken and not started comes back when stop is called, while a handler still runs, and is not counted as tried',
  number: 48,
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let started = 0;
    const work = handler(Work, async () => {
      started += 1;
      await gate;
    });
    const bus = await startBus(harness, {
      endpoints: [endpoint(bench.endpoint.name, { handlers: [work], concurrency: 1, prefetch: COUNT })],
    });
    for (let n = 0; n < COUNT; n += 1) await bus.send(Work, { n });
    await harness.until('a running handler', () => started === 1);
    await harness.quiet();
    const stopping = bus.stop();
    const other = await bench.join();
    await other.receive(COUNT);
    const { fanOut, attempts } = harness.capabilities;
    if (fanOut === 'copy') await other.arrivedExactly(COUNT - 1, 'elsewhere, while the handler still ran');
    open();
    await harness.within(harness.patienceMs, 'stop', stopping);
    await other.arrivedExactly(COUNT - 1, 'elsewhere, after the handler had ended');
    expectThat(started === 1, `${started} handlers started`);
    if (attempts.kind === 'count' && !attempts.countsReleases) {
      const counted = other.arrived.filter(({ attempt }) => attempt !== 1);
      expectThat(counted.length === 0, `${counted.length} that nobody had tried were counted as tried`);
    }
    for (const delivery of other.arrived) await delivery.ack();
    await other.close();
    await bench.close();
    return 'proven';
  },
};
