import { describe, expect, it } from 'vitest';
import type { BusObserver, ConsumeContext } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { memory, memoryBroker } from '../src/index.ts';
import { gate } from './support/waiting.ts';
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

it.each([
  ['answers at once', (context: ConsumeContext) => void context.publish(Done, { text: 'once' })],
  ['waits', async (context: ConsumeContext) => context.publish(Done, { text: 'once' })],
])('what a handler sends that %s leaves once, where the broker answers late, and before the ack', async (_, publish) => {
  const broker = memoryBroker({ like: 'rabbitmq' });
  const [arrived, handled] = [gate(), gate()];
  const [seen, settled]: [string[], string[]] = [[], []];
  let confirm = (): void => undefined;
  const work = handler(Work, (_message, context) => {
    confirm = broker.faults.holdConfirms();
    return publish(context);
  });
  const done = handler(Done, ({ text }) => {
    seen.push(text);
    arrived.resolve();
  });
  const watch: BusObserver = (event) => {
    if (event.kind !== 'message-settled' || event.message.endpoint !== 'jobs') return;
    settled.push(event.as);
    handled.resolve();
  };
  await using bus = createBus({
    transport: memory({ broker }),
    observers: [watch],
    endpoints: [endpoint('jobs', { handlers: [work] }), endpoint('watch', { handlers: [done] })],
  });
  await bus.start();
  await bus.send(Work, { n: 1 });
  await arrived.promise;
  expect(settled).toEqual([]);
  confirm();
  await handled.promise;
  await bus.stop();
  expect([seen, settled]).toEqual([['once'], ['handled']]);
});

it.each([undefined, 'database', 'rabbitmq'] as const)(
  'what a fault refuses of what a handler sends is not lost: the attempt fails, and the next one sends it (like %s)',
  async (like) => {
    const broker = memoryBroker(like === undefined ? {} : { like });
    const runtime = manualRuntime();
    const seen: string[] = [];
    let attempts = 0;
    const work = handler(Work, async (_, context) => {
      attempts += 1;
      if (attempts === 1) broker.faults.rejectSends(1);
      await context.publish(Done, { text: 'kept' });
    });
    const done = handler(Done, ({ text }) => void seen.push(text));
    await using bus = createBus({
      transport: memory({ broker }),
      runtime,
      endpoints: [endpoint('jobs', { handlers: [work], recovery: { retries: 1 } }), endpoint('watch', { handlers: [done] })],
    });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await runtime.advance(60_000);
    expect(broker.faults.struck('rejectSend')).toBe(1);
    expect(attempts).toBe(2);
    expect(seen).toEqual(['kept']);
  },
);
