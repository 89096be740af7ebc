import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const DRAIN_MS = 500;

export const stopPastTheDrainTimeout: TransportCase = {
  name: 'past the drain timeout the signal aborts, the message comes back untried, and no failure policy is asked',
  number: 45,
  group: 'bus',
  logs: [LOG_EVENTS.busStopWaiting, LOG_EVENTS.busStopForced],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    let begun = 0;
    let retried = 0;
    const work = handler(Work, (_, context) => {
      begun += 1;
      return new Promise<void>((_resolve, reject) => {
        context.signal.addEventListener('abort', () => reject(new Error('it was told to end')));
      });
    });
    const recovery = {
      retries: 3,
      onRetry: () => {
        retried += 1;
      },
    };
    const bus = await startBus(harness, { drainTimeout: DRAIN_MS, endpoints: [endpoint(name, { handlers: [work], recovery })] });
    await bus.send(Work, { n: 1 });
    await harness.until('a running handler', () => begun === 1);
    const from = harness.runtime.monotonic();
    await harness.within(DRAIN_MS + harness.capabilities.stopSlackMs, 'stop', bus.stop());
    const took = harness.runtime.monotonic() - from;
    expectThat(took >= DRAIN_MS, `stop ended after ${took} ms, before the drain timeout of ${DRAIN_MS} ms`);
    expectThat(begun === 1 && retried === 0, `the failure policy was asked: ${begun} attempts, ${retried} retries`);
    const dead = await bench.transport.deadLetters.count(name);
    expectThat(dead === 0, `${dead} messages were dead-lettered because the bus stopped`);
    await bench.receive(5);
    await bench.arrivedExactly(1, 'of the message whose handler was told to end');
    const { attempts } = harness.capabilities;
    const counted = bench.arrived[0]?.attempt;
    expectThat(attempts.kind !== 'count' || attempts.countsReleases || counted === 1, `it was counted as tried: attempt ${counted}`);
    await bench.arrived[0]?.ack();
    await bench.close();
    return 'proven';
  },
};
