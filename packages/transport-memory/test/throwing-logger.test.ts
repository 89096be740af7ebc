import { expect, it, vi } from 'vitest';
import type { Logger } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory } from '../src/index.ts';
import { gate } from './support/waiting.ts';

const Work = defineCommand<{ readonly n: number }>('jobs.work');

it('a logger that throws harms no message, and no stop', async () => {
  const [given, handled] = [gate(), gate()];
  const complaints: unknown[] = [];
  const told = vi.spyOn(console, 'error').mockReturnValue();
  const complain = (error: unknown): void => void complaints.push(error);
  process.on('unhandledRejection', complain);
  const thrown: string[] = [];
  const broken = ({ event }: { readonly event: string }): never => {
    thrown.push(event);
    throw new Error('no space left on device');
  };
  const logger: Logger = { debug: broken, info: broken, warn: broken, error: broken };
  const work = handler(Work, ({ n }) => {
    if (n === 2) return handled.resolve();
    given.resolve();
    throw new Error('refused');
  });
  const bus = createBus({
    transport: memory(),
    logger,
    endpoints: [endpoint('jobs', { handlers: [work], concurrency: 1, recovery: { retries: 0 } })],
  });
  await bus.start();
  await bus.send(Work, { n: 1 });
  await bus.send(Work, { n: 2 });
  await Promise.all([given.promise, handled.promise]);
  await expect(bus.deadLetters('jobs').count()).resolves.toBe(1);
  await bus.stop();
  process.off('unhandledRejection', complain);
  expect(thrown).toContain('message.dead-lettered');
  expect(complaints).toEqual([]);
  expect(told.mock.calls.map(([line]: readonly unknown[]) => line)).toEqual(['hook.failed: the logger has thrown; said once']);
  told.mockRestore();
});
