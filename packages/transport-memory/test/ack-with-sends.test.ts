import { describe, expect, it } from 'vitest';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { memory } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';

const Work = defineCommand<{ readonly n: number }>('jobs.work');
const Done = defineEvent<{ readonly text: string }>('jobs.done');

// Where the broker takes sends one by one, what it accepted before a refusal has left.
const forms = [
  [undefined, 0],
  ['database', 0],
  ['rabbitmq', 3],
] as const;

describe.each(forms)('what a handler sends, like %s', (like, left) => {
  it('fails its attempts when the broker refuses it, and the message is dead-lettered', async () => {
    const runtime = manualRuntime();
    const seen: string[] = [];
    let attempts = 0;
    const work = handler(Work, async (_, context) => {
      attempts += 1;
      await context.publish(Done, { text: 'small' });
      await context.publish(Done, { text: 'x'.repeat(2_000) });
    });
    const done = handler(Done, ({ text }) => void seen.push(text));
    const bus = createBus({
      name: 'jobs',
      transport: memory({ maxMessageBytes: 1_000, ...(like === undefined ? {} : { like }) }),
      runtime,
      endpoints: [endpoint('jobs', { handlers: [work], recovery: { retries: 2 } }), endpoint('watch', { handlers: [done] })],
    });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await runtime.advance(60_000);
    expect(attempts).toBe(3);
    expect(runtime.logged.find(({ event }) => event === 'message.dead-lettered')?.['error']).toContain('MESSAGE_TOO_LARGE');
    expect(await bus.deadLetters('jobs').count()).toBe(1);
    expect(seen.length).toBe(left);
    await bus.stop();
  });
});
