import type { Bus } from '@waybill/core';
import { defineCommand, endpoint, handler } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { seededRandom } from '@waybill/simulation';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { CountingSignal } from '../../counting-signal.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const ROUNDS = 10;
const ACTIONS = 50;
/** So many messages go with one send, so that some wait when stop is called. */
const BURST = 5;
/** In real time, where a start takes most of a round: fewer rounds, and not in each is a message accepted. */
const REAL_ROUNDS = 3;
const REFUSALS = ['BUS_NOT_STARTED', 'BUS_STOPPED', 'SEND_OUTCOME_UNKNOWN', 'SEND_REJECTED', 'START_ABORTED'] as const;

export const randomStartsAndStops: TransportCase = {
  name: '10 × 50 random starts, stops and sends leave no timer, no listener and no consumer, and lose no accepted message',
  number: 50,
  group: 'life',
  run: async (harness) => {
    const rounds = harness.isVirtual ? ROUNDS : REAL_ROUNDS;
    let accepted = 0;
    for (let round = 1; round <= rounds; round += 1) accepted += await stress(harness, round);
    expectThat(accepted > 0, 'no message was accepted: it proves nothing');
    return 'proven';
  },
};

/** One round; how many messages were accepted. */
async function stress(harness: CaseHarness, seed: number): Promise<number> {
  const bench = await Bench.open(harness);
  const { name } = bench.endpoint;
  const handled = new Set<number>();
  const accepted = new Set<number>();
  const work = handler(Work, async ({ n }) => {
    for (let turn = 0; turn < 3; turn += 1) await harness.runtime.yield();
    handled.add(n);
  });
  const bus = makeBus(harness, {
    endpoints: [endpoint(name, { handlers: [work], concurrency: 3 })],
    drainTimeout: harness.isVirtual ? 1_000 : 2 * harness.patienceMs,
  });
  const random = seededRandom(seed);
  const signal = new CountingSignal();
  const going: Promise<unknown>[] = [];
  for (let action = 0; action < ACTIONS; action += 1) {
    going.push(act(bus, random(), action, accepted, signal.signal).catch((error: unknown) => assertRefusal(error)));
    await aWhile(harness, random);
  }
  await harness.within(harness.patienceMs, `what was begun in round ${seed}`, Promise.all(going));
  await harness.within(harness.patienceMs, 'stop', bus.stop());
  await harness.within(harness.patienceMs, 'start', bus.start({ signal: signal.signal }));
  await harness.until('all accepted messages', () => Array.from(accepted).every((n) => handled.has(n)));
  await harness.within(harness.patienceMs, 'stop', bus.stop({ signal: signal.signal }));
  await bench.close();
  expectThat(accepted.size > 0 || !harness.isVirtual, `no message was accepted in round ${seed}: it proves nothing`);
  expectThat((harness.openTimers ?? 0) === 0, `${harness.openTimers} timers are left after round ${seed}`);
  expectThat(signal.listeners === 0, `${signal.listeners} listeners are left on a signal after round ${seed}`);
  expectThat(harness.leftovers().length === 0, `left at the broker after round ${seed}: ${harness.leftovers().join(', ')}`);
  return accepted.size;
}

/** Some turns of the loop; a real broker needs some time until a bus has started, about as long as until all is quiet. */
async function aWhile(harness: CaseHarness, random: () => number): Promise<void> {
  if (!harness.isVirtual) return harness.pass(random() * harness.quietMs);
  for (let turn = 0; turn < random() * 5; turn += 1) await harness.runtime.yield();
}

async function act(bus: Bus, chance: number, n: number, accepted: Set<number>, signal: AbortSignal): Promise<void> {
  if (chance < 0.2) await bus.start({ signal });
  else if (chance < 0.35) await bus.stop({ signal });
  else {
    for (let one = n * BURST; one < (n + 1) * BURST; one += 1) {
      await bus.send(Work, { n: one }, { signal });
      accepted.add(one);
    }
  }
}

function assertRefusal(error: unknown): void {
  expectThat(
    REFUSALS.some((code) => isBusError(error, code)),
    `in the middle of starts and stops a call ended with ${String(error)}`,
  );
}
