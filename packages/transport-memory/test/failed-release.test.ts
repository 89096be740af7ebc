import { expect, it } from 'vitest';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory, memoryBroker } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';

const Work = defineCommand<{ readonly n: number }>('jobs.work');

it('what can be neither settled nor released is released later: it keeps neither its lane nor a place of the prefetch', async () => {
  const broker = memoryBroker();
  const runtime = manualRuntime();
  const seen: number[] = [];
  const work = handler(Work, ({ n }) => void seen.push(n));
  const jobs = endpoint('jobs', { handlers: [work], ordered: true, prefetch: 1, concurrency: 1 });
  const bus = createBus({ name: 'jobs', transport: memory({ broker }), runtime, endpoints: [jobs] });
  await bus.start();
  broker.faults.failSettlements(4); // the ack, and three releases
  await bus.send(Work, { n: 1 }, { partitionKey: 'a' });
  await bus.send(Work, { n: 2 }, { partitionKey: 'a' });
  await runtime.advance(10_000);
  expect(seen).toEqual([1, 1, 2]);
  await bus.stop();
  expect(runtime.pendingTimers()).toBe(0);
});
