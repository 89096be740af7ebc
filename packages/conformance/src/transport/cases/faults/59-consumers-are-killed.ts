import { seededRandom } from '@waybill/simulation';
import type { Verdict } from '../../../runner.ts';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
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
    if (harness.hasProcesses) return killsProcesses(harness, bench, traffic, random);
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

/** The same with processes: each is killed after some messages, with others in its hands and acknowledgements on their way. */
async function killsProcesses(harness: CaseHarness, bench: Bench, traffic: Traffic, random: () => number): Promise<Verdict> {
  const before = new Map<string, number>();
  const miscounted: string[] = [];
  const count = ({ text, attempt }: { readonly text: string; readonly attempt: number | undefined }): void => {
    if (!isCounted(harness, attempt, before.get(text) ?? 0)) miscounted.push(`${text} as ${attempt} after ${before.get(text)}`);
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim = harness.startProcess({ play: 'take', endpoint: bench.endpoint.name, prefetch: 5, holds: false });
    await victim.hasSaid('ready');
    const producing = traffic.produce(bench, MESSAGES / KILLS);
    await victim.hasSaid('took', 1 + Math.floor(random() * 15));
    await victim.kill();
    await producing;
    for (const took of victim.said('took')) count(took);
    for (const { text } of victim.said('took')) before.set(text, (before.get(text) ?? 0) + 1);
    for (const { text } of victim.said('settled')) traffic.handled.set(text, 1);
  }
  await bench.receive(10, traffic.handle(bench));
  await traffic.isDone(bench);
  for (const delivery of bench.arrived) count({ text: textOf(delivery), attempt: delivery.attempt });
  expectThat(traffic.accepted.size === MESSAGES, `${traffic.accepted.size} of ${MESSAGES} messages were accepted`);
  expectThat(miscounted.length === 0, `attempts that leave out a process that died: ${miscounted.slice(0, 10).join(', ')}`);
  await bench.close();
  return 'proven';
}

/** A message that was in the hands of processes that died does not come as one that nobody has had. */
function isCounted({ capabilities }: CaseHarness, attempt: number | undefined, before: number): boolean {
  const { kind } = capabilities.attempts;
  if (kind === 'none' || before === 0) return true;
  return attempt !== undefined && attempt > (kind === 'count' ? before : 1);
}
