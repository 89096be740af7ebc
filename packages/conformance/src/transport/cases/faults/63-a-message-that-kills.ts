import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import type { Verdict } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const POISON = 2;
const INNOCENTS = [0, 1, 3, 4];
const MOST_CRASHES = 10;

export const aMessageThatKills: TransportCase = {
  name: 'a message that kills its process is dead-lettered after some crashes, and the four beside it are handled',
  number: 63,
  group: 'faults',
  needsKill: ['kill-consumer'],
  logs: [LOG_EVENTS.settleLost, LOG_EVENTS.messageSuspected, LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    if (harness.hasProcesses) return killsProcesses(harness);
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    const handled = new Set<number>();
    let kills = 0;
    const work = handler(Work, async ({ n }) => {
      if (n === POISON) {
        kills += 1;
        await harness.inject('kill-consumer', { endpoint: name });
      } else handled.add(n);
    });
    const endpoints = [endpoint(name, { handlers: [work], concurrency: 1, prefetch: 5 })];
    const first = await startBus(harness, { endpoints });
    for (const n of [0, 1, POISON, 3, 4]) await first.send(Work, { n });
    for (let crash = 1; crash < MOST_CRASHES && (await bench.transport.deadLetters.count(name)) === 0; crash += 1) {
      await startBus(harness, { endpoints });
      await harness.until('the message, or its end', async () => kills > crash || (await bench.transport.deadLetters.count(name)) > 0);
    }
    if (harness.capabilities.attempts.kind === 'none') {
      const letters = await bench.deadLetters();
      expectThat(letters.length === 0, `nobody can tell that it came before, and ${letters.length} messages are dead letters`);
      await bench.close();
      return 'refused';
    }
    await harness.until('the innocent messages', () => handled.size === INNOCENTS.length);
    await isParked(bench, handled);
    await bench.close();
    return 'proven';
  },
};

async function isParked(bench: Bench, handled: ReadonlySet<number>): Promise<void> {
  const letters = await bench.deadLetters();
  const reasons = letters.map(({ message }) => message.headers.get(HEADERS.reason));
  expectThat(reasons.join() === 'crashed', `after ${MOST_CRASHES} crashes the reasons of the dead letters are: ${reasons.join()}`);
  expectThat(handled.size === INNOCENTS.length, `${handled.size} of ${INNOCENTS.length} innocent messages were handled`);
}

/** The same with processes: each is killed while it handles the poison, with the others in its hands. */
async function killsProcesses(harness: CaseHarness): Promise<Verdict> {
  const bench = await Bench.open(harness);
  const { name } = bench.endpoint;
  const sender = await startBus(harness);
  for (const n of [0, 1, POISON, 3, 4]) await sender.send(Work, { n }, { to: name });
  const handled = new Set<number>();
  for (let crash = 0; crash < MOST_CRASHES && (await bench.transport.deadLetters.count(name)) === 0; crash += 1) {
    const victim = harness.startProcess({ play: 'handle', endpoint: name, prefetch: 5, poison: POISON });
    const hasPoison = (): boolean => victim.said('begun').some(({ n }) => n === POISON);
    await harness.until('the poison, or its end', async () => hasPoison() || (await bench.transport.deadLetters.count(name)) > 0);
    if (!hasPoison()) await victim.hasSaid('handled', INNOCENTS.filter((n) => !handled.has(n)).length);
    await victim.kill();
    for (const { n } of victim.said('handled')) handled.add(n);
  }
  await isParked(bench, handled);
  await bench.consume(5);
  await bench.arrivedExactly(0, 'after the innocents were handled and the poison parked');
  await bench.close();
  return 'proven';
}
