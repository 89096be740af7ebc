import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
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
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    const handled = new Set<number>();
    const work = handler(Work, async ({ n }) => {
      if (n !== POISON) handled.add(n);
      else await harness.inject('kill-consumer', { endpoint: name });
    });
    const endpoints = [endpoint(name, { handlers: [work], concurrency: 1, prefetch: 5 })];
    const first = await startBus(harness, { endpoints });
    for (const n of [0, 1, POISON, 3, 4]) await first.send(Work, { n });
    for (let crash = 0; crash < MOST_CRASHES && (await bench.transport.deadLetters.count(name)) === 0; crash += 1) {
      await startBus(harness, { endpoints });
      await harness.quiet();
    }
    const letters = await bench.deadLetters();
    if (harness.capabilities.attempts.kind === 'none') {
      expectThat(letters.length === 0, `nobody can tell that it came before, and ${letters.length} messages are dead letters`);
      await bench.close();
      return 'refused';
    }
    const reasons = letters.map(({ message }) => message.headers.get(HEADERS.reason));
    expectThat(reasons.join() === 'crashed', `after ${MOST_CRASHES} crashes the reasons of the dead letters are: ${reasons.join()}`);
    expectThat(handled.size === INNOCENTS.length, `${handled.size} of ${INNOCENTS.length} innocent messages were handled`);
    await bench.close();
    return 'proven';
  },
};
