import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const PUBLISHERS = 100;
const MESSAGES = 10_000;
/** Of all messages, when it restarts. */
const MOMENTS = [1 / 3, 1 / 2] as const;

export const theBrokerRestartsInTraffic: TransportCase = {
  name: 'the broker restarts after a third and after half of 10,000 messages of 100 publishers: what was accepted is handled',
  number: 57,
  group: 'faults',
  needsKill: ['restart'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await bench.receive(50, traffic.handle(bench));
    if (harness.isVirtual) await restartInBursts(harness, bench, traffic);
    else await restartInTraffic(harness, bench, traffic);
    if (!harness.capabilities.durable) {
      await harness.quiet();
      await bench.transport.send([bench.entry('after')], {});
      await harness.until('a message after the restart', () => bench.texts().includes('after'));
      await bench.close();
      return 'refused'; // not durable: what the broker held is gone, and it says so
    }
    await traffic.isDone(bench);
    await bench.close();
    return 'proven';
  },
};

/** In virtual time nothing happens while a restart is waited for: each strikes the first sends of a burst. */
async function restartInBursts(harness: CaseHarness, bench: Bench, traffic: Traffic): Promise<void> {
  const publish = (share: number): Promise<unknown> =>
    Promise.all(Array.from({ length: PUBLISHERS }, () => traffic.produce(bench, (MESSAGES / PUBLISHERS) * share)));
  for (const share of [0.33, 0.17]) {
    const publishing = publish(share);
    await harness.runtime.yield();
    await harness.inject('restart');
    await harness.within(harness.patienceMs * 4, 'sends while the broker restarted', publishing);
  }
  await publish(0.5);
}

/** Publishers send each message until it is accepted; the broker restarts under them. */
async function restartInTraffic(harness: CaseHarness, bench: Bench, traffic: Traffic): Promise<void> {
  const left = Array.from({ length: MESSAGES }, (_, n) => `message ${n}`);
  const publishing = Promise.all(Array.from({ length: PUBLISHERS }, () => publishAll(bench, traffic, left)));
  for (const moment of MOMENTS) {
    await harness.until(`${Math.round(MESSAGES * moment)} messages`, () => traffic.accepted.size >= MESSAGES * moment);
    await harness.inject('restart');
  }
  await harness.within(harness.patienceMs * 4, 'all sends', publishing);
  expectThat(traffic.accepted.size === MESSAGES, `${traffic.accepted.size} of ${MESSAGES} messages were accepted in the end`);
}

/** One publisher: takes what is left, and sends each until it is accepted, with the connection there. */
async function publishAll(bench: Bench, traffic: Traffic, left: string[]): Promise<void> {
  const isConnected = (): boolean => bench.states.at(-1)?.status === 'connected';
  for (let text = left.pop(); text !== undefined; text = left.pop()) {
    while (!traffic.accepted.has(text)) {
      if (!isConnected()) await bench.harness.until('the connection', isConnected);
      await traffic.sendOne(bench, text);
    }
  }
}
