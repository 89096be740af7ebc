import { defineCommand, endpoint, handler } from '@waybill/core';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const anExpiredMessageIsNotHandled: TransportCase = {
  name: 'an expired message is not handled and stands in the dead letters as `expired`, by the broker or by core',
  number: 17,
  group: 'delay',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    const handled: number[] = [];
    const work = handler(Work, ({ n }) => void handled.push(n));
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work] })] });
    await bus.endpoint(name).pause();
    await bus.send(Work, { n: 1 }, { timeToLive: '1s' });
    await bus.send(Work, { n: 2 }, { timeToLive: '1h' });
    await bus.send(Work, { n: 3 });
    await harness.pass(2_000);
    await bus.endpoint(name).resume();
    await harness.until('the others', () => handled.length === 2);
    await harness.until('the dead letter', async () => (await bench.deadLetters()).length === 1);
    expectThat(!handled.includes(1), 'an expired message was handled');
    const [letter] = await bench.deadLetters();
    const reason = letter?.message.headers.get(HEADERS.reason);
    expectThat(reason === 'expired', `the dead letter has the reason ${String(reason)}`);
    await bus.stop();
    await bench.close();
    return harness.capabilities.ttl ? 'proven' : 'emulated';
  },
};
