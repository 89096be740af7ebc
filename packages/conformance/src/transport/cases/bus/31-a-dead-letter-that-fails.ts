import { defineCommand, endpoint, handler } from '@waybill/core';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aDeadLetterThatFails: TransportCase = {
  name: 'when the move to the dead letters fails, the message is not settled: it comes again and gets there in the end, once',
  number: 31,
  group: 'bus',
  needsKill: ['fail-settlement'],
  logs: [LOG_EVENTS.messageDeadLettered, LOG_EVENTS.settleFailed, LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    const work = handler(Work, () => {
      throw new Error('it fails');
    });
    const endpoints = [endpoint(name, { handlers: [work], recovery: { retries: 0 } })];
    const bus = await startBus(harness, { endpoints });
    await harness.inject('fail-settlement');
    await bus.send(Work, { n: 1 });
    await harness.quiet();
    await bus.stop();
    const again = await startBus(harness, { endpoints });
    await harness.until('a dead letter', async () => (await bench.transport.deadLetters.count(name)) > 0);
    await harness.quiet();
    const letters = await bench.deadLetters();
    expectThat(letters.length === 1, `${letters.length} dead letters of one message`);
    expectThat(letters[0]?.message.headers.get(HEADERS.reason) === 'failed', 'the dead letter has another reason than `failed`');
    await again.stop();
    await bench.consume(5);
    await bench.arrivedExactly(0, 'of a message that is in the dead letters');
    await bench.close();
    return 'proven';
  },
};
