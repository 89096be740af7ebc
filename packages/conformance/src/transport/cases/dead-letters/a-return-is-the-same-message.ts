import { defineCommand, endpoint, handler } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aReturnIsTheSameMessage: TransportCase = {
  name: 'a returned letter is handled as the message that it was, with its id and a first attempt, and once; a discarded one is gone',
  group: 'dead-letters',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const handled: { readonly n: number; readonly id: string; readonly attempt: number }[] = [];
    let isBroken = true;
    const work = handler(Work, ({ n }, { messageId, attempt }) => {
      handled.push({ n, id: messageId, attempt });
      if (isBroken) throw new Error('broken');
    });
    const name = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work] })] });
    await bus.send(Work, { n: 1 });
    await bus.send(Work, { n: 2 });
    const letters = bus.deadLetters(name);
    await harness.until('two dead letters', async () => (await letters.count()) === 2);
    isBroken = false;
    const before = handled.find(({ n }) => n === 1);
    const returned = await letters.return((letter) => letter.messageId === before?.id);
    expectThat(returned.outcomes.map(({ status }) => status).join() === 'returned', 'the letter was not returned');
    await harness.until('the returned message', () => handled.length === 3);
    const after = handled[2];
    expectThat(after?.n === 1 && after.id === before?.id, 'the returned message has another id or body');
    expectThat(after.attempt === 1, `it was handled as attempt ${after.attempt}`);
    const discarded = await letters.discard(() => true);
    expectThat(discarded.outcomes.map(({ status }) => status).join() === 'discarded', 'the other letter was not discarded');
    await harness.quiet();
    expectThat((await letters.count()) === 0 && handled.length === 3, 'something is left of what was returned or discarded');
    await bus.stop();
    return 'proven';
  },
};
