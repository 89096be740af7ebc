import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { refusesOrder } from '../../refuses-order.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly key: string; readonly n: number }>('conformance.work');
const KEYS = 16;
const COUNT = 1_000;

export const orderPerKey: TransportCase = {
  name: '1,000 messages of 16 keys are handled in order within each key, many keys at once; without lanes `ordered` fails the start',
  number: 35,
  group: 'flow',
  run: async (harness) => {
    const handled = new Map<string, number[]>();
    let [total, running, most] = [0, 0, 0];
    const work = handler(Work, async ({ key, n }) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < n % 3; turn += 1) await harness.runtime.yield();
      handled.set(key, [...(handled.get(key) ?? []), n]);
      running -= 1;
      total += 1;
    });
    const name = harness.uniqueName();
    const [onWait] = harness.capabilities.lanes.onWait;
    if (onWait === undefined) return refusesOrder(harness);
    const endpoints = [endpoint(name, { handlers: [work], concurrency: 8, ordered: { onWait } })];
    const bus = await startBus(harness, { endpoints });
    const sendAll = async (first: number): Promise<void> => {
      const key = `key ${first}`;
      for (let n = first; n < COUNT; n += KEYS) await bus.send(Work, { key, n }, { partitionKey: key });
    };
    await Promise.all(Array.from({ length: KEYS }, (_, first) => sendAll(first)));
    await harness.until(
      'all messages',
      () => total === COUNT,
      () => `${total} came`,
    );
    for (const [key, numbers] of handled)
      expectThat(numbers.join() === numbers.toSorted((a, b) => a - b).join(), `${key} was handled as ${numbers.slice(0, 30).join(' ')}`);
    expectThat(most > 1, 'never did two keys run at once');
    await bus.stop();
    return 'proven';
  },
};
