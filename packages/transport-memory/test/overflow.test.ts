import { expect, it } from 'vitest';
import { assertSent, createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { memory, memoryBroker } from '../src/index.ts';
import { codeOf, gate } from './support/waiting.ts';

const Work = defineCommand<{ readonly n: number }>('jobs.work');
const Done = defineEvent<{ readonly n: number }>('jobs.done');

/** A bus that lets two messages be under way, and whose broker answers when it is told to. */
async function bench() {
  const broker = memoryBroker({ like: 'sqs' });
  const done = gate<number>();
  let attempts = 0;
  const work = handler(Work, async ({ n }, context) => {
    attempts += 1;
    if (n === 7) await context.publish(Done, { n });
  });
  const bus = createBus({
    transport: memory({ broker }),
    maxOutstandingPublishes: 2,
    publishOverflow: 'reject',
    endpoints: [
      endpoint('jobs', { handlers: [work], recovery: { retries: 0 } }),
      endpoint('watch', { handlers: [handler(Done, ({ n }) => done.resolve(n))] }),
    ],
  });
  await bus.start();
  return { bus, broker, done: done.promise, attempts: () => attempts };
}

it('a batch waits for room, where further sends are refused', async () => {
  const { bus, broker } = await bench();
  const confirm = broker.faults.holdConfirms();
  const sending = bus.sendAll(
    Work,
    Array.from({ length: 45 }, () => ({ n: 1 })),
  );
  await expect.poll(() => broker.faults.struck('holdConfirm')).toBe(1);
  await expect(codeOf(bus.send(Work, { n: 1 }))).resolves.toBe('SEND_REJECTED');
  confirm();
  assertSent(await sending);
  await bus.stop();
});

it('what a handler sent waits for room, and its attempt does not fail', async () => {
  const { bus, broker, done, attempts } = await bench();
  const confirm = broker.faults.holdConfirms();
  const under = [bus.send(Work, { n: 7 }), bus.send(Work, { n: 1 })];
  await expect(codeOf(bus.send(Work, { n: 1 }))).resolves.toBe('SEND_REJECTED');
  await expect.poll(attempts).toBe(2);
  await expect(bus.deadLetters('jobs').count()).resolves.toBe(0);
  confirm();
  await Promise.all(under);
  await expect(done).resolves.toBe(7);
  await bus.stop();
});
