import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const RUNS = 100;
/** In real time, where each start and stop takes a while. */
const REAL_RUNS = 15;
const MESSAGES = 100;

export const noHandlerStartsAfterStop: TransportCase = {
  name: 'no handler starts after stop is called, in 100 runs over 10,000 messages, and each message is handled in the end',
  number: 47,
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    const handled = new Set<number>();
    let isStopping = false;
    let late = 0;
    const work = handler(Work, async ({ n }) => {
      if (isStopping) late += 1;
      await harness.runtime.yield();
      handled.add(n);
    });
    const endpoints = [endpoint(name, { handlers: [work], concurrency: 4 })];
    const runs = harness.isVirtual ? RUNS : REAL_RUNS;
    for (let run = 0; run < runs; run += 1) {
      isStopping = false;
      const bus = await startBus(harness, { endpoints });
      for (let n = 0; n < MESSAGES; n += 1) await bus.send(Work, { n: run * MESSAGES + n });
      for (let turn = 0; turn < run % 7; turn += 1) await harness.runtime.yield();
      isStopping = true;
      await harness.within(harness.patienceMs, 'stop', bus.stop());
      expectThat(late === 0, `${late} handlers started after stop was called, in run ${run}`);
    }
    isStopping = false;
    const last = await startBus(harness, { endpoints });
    await harness.until(
      'all messages',
      () => handled.size === runs * MESSAGES,
      () => `${handled.size} came`,
    );
    await last.stop();
    await bench.close();
    return 'proven';
  },
};
