import { seededRandom } from '@waybill/simulation';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const KILLS = 20;
const MESSAGES = 400;

export const consumersAreKilled: TransportCase = {
  name: 'a consumer ends 20 times at random, without a word, with messages in its hands: each message is done at least once',
  number: 59,
  group: 'faults',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    const random = seededRandom(59);
    await traffic.produce(bench, MESSAGES);
    for (let kill = 0; kill < KILLS; kill += 1) await consumeAndDie(harness, bench, traffic, random);
    await bench.receive(10, traffic.handle(bench));
    await traffic.isDone(bench);
    expectThat(traffic.handled.size === MESSAGES, `${traffic.handled.size} of ${MESSAGES} messages were handled`);
    if (harness.capabilities.fanOut === 'copy')
      expectThat(traffic.twice.length === 0, `acknowledged, and handled again: ${traffic.twice.slice(0, 10).join(', ')}`);
    await bench.close();
    return 'proven';
  },
};

/** A transport of its own, without a guard, takes some, finishes some, and is gone: nothing is settled afterwards. */
async function consumeAndDie(harness: CaseHarness, bench: Bench, traffic: Traffic, random: () => number): Promise<void> {
  const transport = harness.createBare();
  await transport.open(harness.openOptions());
  let isAlive = true;
  const handle = traffic.handle(bench);
  const receiver = transport.receive(bench.endpoint, { prefetch: 5 }, (delivery) => {
    if (isAlive && random() < 0.5) handle(delivery);
  });
  await receiver.start();
  for (let turn = 0; turn < random() * 8; turn += 1) await harness.runtime.yield();
  isAlive = false;
  await transport.close();
}
