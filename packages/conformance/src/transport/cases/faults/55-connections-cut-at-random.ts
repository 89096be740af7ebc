import { LOG_EVENTS } from '@waybill/core/transport';
import { seededRandom } from '@waybill/simulation';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const CUTS = 50;
const MESSAGES = 1_000;
/** Twenty messages with their confirms, deliveries and settlements are more. */
const MOST_BYTES = 4_000;

export const connectionsCutAtRandom: TransportCase = {
  name: 'connections reset at 50 random moments of 1,000 sends and receipts: what was accepted is handled, states tell of it',
  number: 55,
  group: 'faults',
  needsKill: ['cut'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    const random = seededRandom(55);
    const isByBytes = harness.offers(['reset-at-offset']);
    await bench.receive(10, traffic.handle(bench));
    for (let cut = 0; cut < CUTS; cut += 1) {
      if (!isConnected(bench)) await harness.until('the connection before a cut', () => isConnected(bench)); // two in a row look like one
      if (isByBytes) await harness.inject('reset-at-offset', { bytes: 1 + Math.floor(random() * MOST_BYTES) });
      const producing = traffic.produce(bench, MESSAGES / CUTS);
      if (!isByBytes) await cutSoon(harness, bench, random);
      await harness.within(harness.patienceMs * 2, 'sends while the connection was cut', producing);
      await harness.until(`cut ${cut + 1}`, () => cutsSeen(bench) > cut);
    }
    expectThat(traffic.rejected.size < MESSAGES / 2, `${traffic.rejected.size} of ${MESSAGES} sends were rejected`);
    await traffic.isDone(bench);
    expectThat(cutsSeen(bench) >= CUTS, `${cutsSeen(bench)} of ${CUTS} cuts were shown as reconnecting`);
    expectThat(isConnected(bench), `at the end the state is ${bench.states.at(-1)?.status}`);
    await bench.close();
    return 'proven';
  },
};

/** After some turns of the loop, in which the sends go on. */
async function cutSoon(harness: CaseHarness, bench: Bench, random: () => number): Promise<void> {
  for (let turn = 0; turn < random() * 6; turn += 1) await harness.runtime.yield();
  if (!isConnected(bench)) await harness.until('the connection before a cut', () => isConnected(bench));
  await harness.inject('cut');
}

const cutsSeen = ({ states }: Bench): number => states.filter(({ status }) => status === 'reconnecting').length;
const isConnected = ({ states }: Bench): boolean => states.at(-1)?.status === 'connected';
