import { defineCommand, endpoint, handler } from '@waybill/core';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aPassiveEndpointFetchesNothing: TransportCase = {
  name: 'a passive endpoint fetches nothing; what a platform pushes is handled with an outcome for each, and what it sends leaves',
  group: 'bus',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const target = await Bench.open(harness, { on: bench });
    await target.consume(5);
    const { name } = bench.endpoint;
    const work = handler(Work, async ({ n }, context) => {
      if (n === 2) throw new Error('never');
      await context.send(Work, { n }, { to: target.endpoint.name });
    });
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], passive: true })] });
    for (let n = 1; n <= 3; n += 1) await bus.send(Work, { n }, { to: name });
    await target.arrivedExactly(0, 'sent by handlers of a passive endpoint, before anything was pushed');
    const receiver = await bench.receive(5);
    await bench.arrivals(3);
    await receiver.stop();
    const pushed = bench.arrived.map(({ message, nativeId }) => ({ ...message, nativeId }));
    const outcomes = await bus.receive(name, pushed);
    const wanted = pushed.map(({ body }) => (new TextDecoder().decode(body).includes('2') ? 'dead-letter' : 'ack'));
    expectThat(outcomes.map(({ settle }) => settle).join() === wanted.join(), `the outcomes are ${JSON.stringify(outcomes)}`);
    for (const [index, outcome] of outcomes.entries()) {
      expectThat(outcome.nativeId === pushed[index]?.nativeId, 'the outcomes are not in the order of the messages');
      if (outcome.settle === 'dead-letter') await bench.arrived[index]?.deadLetter({ headers: outcome.headers });
      else await bench.arrived[index]?.ack();
    }
    await target.arrivedExactly(2, 'sent by the handlers of three pushed messages, one of which failed');
    const [letter] = await bench.deadLetters();
    expectThat(letter?.message.headers.get(HEADERS.reason) === 'failed', 'the failed one is not among the dead letters');
    await bus.stop();
    await bench.close();
    return 'proven';
  },
};
