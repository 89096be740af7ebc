import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly items: string[] }>('conformance.work');
const ATTEMPTS = 3;

export const aFailedAttemptLeavesNoTrace: TransportCase = {
  name: 'what a failed attempt does to message and headers, the next attempt does not see; what it captured is not sent',
  number: 29,
  group: 'bus',
  run: async (harness) => {
    const name = harness.uniqueName();
    const seen: string[] = [];
    let followed = 0;
    const work = handler(Work, async (message, context) => {
      seen.push(`${message.items.join()} ${context.headers.get('x-own')} ${context.headers.get('x-new')}`);
      message.items.push('changed');
      (context.headers as Map<string, string>).set('x-own', 'changed').set('x-new', 'added');
      await context.send(Follow, { attempt: context.attempt }, { to: name });
      if (seen.length < ATTEMPTS) throw new Error('not yet');
    });
    const follow = handler(Follow, () => {
      followed += 1;
    });
    const bus = await startBus(harness, {
      endpoints: [endpoint(name, { handlers: [work, follow], recovery: { retries: ATTEMPTS } })],
    });
    await bus.send(Work, { items: ['one'] }, { headers: { 'x-own': 'own' } });
    await harness.until('what the last attempt sent', () => followed > 0);
    await harness.quiet();
    expectThat(seen.length === ATTEMPTS, `${seen.length} attempts instead of ${ATTEMPTS}`);
    expectThat(
      seen.every((one) => one === 'one own undefined'),
      `the attempts saw: ${seen.join('; ')}`,
    );
    expectThat(followed === 1, `${followed} messages were sent by one attempt that succeeded and ${ATTEMPTS - 1} that failed`);
    await bus.stop();
    return 'proven';
  },
};

const Follow = defineCommand<{ readonly attempt: number }>('conformance.follow');
