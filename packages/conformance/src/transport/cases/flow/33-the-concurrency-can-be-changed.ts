import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const COUNT = 30;

export const theConcurrencyCanBeChanged: TransportCase = {
  name: 'a concurrency that is raised or lowered while the bus runs holds from then on, beyond the first prefetch too',
  number: 33,
  group: 'flow',
  run: async (harness) => {
    const waiting: (() => void)[] = [];
    const work = handler(Work, () => new Promise<void>((resolve) => void waiting.push(resolve)));
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], concurrency: 2, prefetch: 2 })] });
    for (let n = 0; n < COUNT; n += 1) await bus.send(Work, { n });
    await expectRunning(harness, waiting, 2);
    bus.endpoint(name).setConcurrency(7);
    await expectRunning(harness, waiting, 7);
    bus.endpoint(name).setConcurrency(1);
    for (let running = 6; running >= 1; running -= 1) {
      waiting.shift()?.();
      await expectRunning(harness, waiting, running);
    }
    waiting.shift()?.();
    await expectRunning(harness, waiting, 1);
    bus.endpoint(name).setConcurrency(COUNT);
    await expectRunning(harness, waiting, COUNT - 7);
    for (const end of waiting) end();
    await bus.stop();
    return 'proven';
  },
};

async function expectRunning(harness: CaseHarness, waiting: readonly unknown[], wanted: number): Promise<void> {
  await harness.until(
    `${wanted} handlers`,
    () => waiting.length === wanted,
    () => `${waiting.length} run`,
  );
  await harness.quiet();
  expectThat(waiting.length === wanted, `${waiting.length} handlers run instead of ${wanted}`);
}
