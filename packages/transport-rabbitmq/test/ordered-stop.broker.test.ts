import type { Bus } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';

const Move = defineCommand<{ readonly n: number }>('accounts.move');
const PATIENCE = { timeout: 20_000, interval: 5 };
const ROUNDS = 5;

await describeServer('rabbitmq', (server) => {
  it.each(['quorum', 'classic'] as const)(
    'a process that stops leaves its lanes in order, with nothing of them begun elsewhere before: %s queues',
    async (queue) => {
      const log: string[] = [];
      const move = handler(Move, async ({ n }, { signal }) => {
        log.push(`${n} begins`);
        await new Promise((resolve) => setTimeout(resolve, 2));
        signal.throwIfAborted();
        log.push(`${n} is done`);
      });
      const accounts = endpoint(`accounts.${queue}`, { handlers: [move], ordered: { onWait: 'pass' }, recovery: { maxCrashes: 0 } });
      const newBus = (): Bus =>
        createBus({
          name: 'accounts',
          transport: rabbitmq({ url: server.url, queue }),
          endpoints: [accounts],
          provisioning: 'apply',
          logger: silentLogger,
        });
      let buses: readonly [Bus, Bus] = [newBus(), newBus()];
      for (const bus of buses) await bus.start();
      let sent = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const [stopping, other] = buses;
        const sends = async (count: number): Promise<void> => {
          for (let n = 0; n < count; n += 1) await other.send(Move, { n: (sent += 1) }, { to: accounts.name, partitionKey: 'one' });
        };
        await sends(60);
        const stopped = stopping.stop(); // in the middle of its lane, on every second round at least
        await Promise.all([stopped, sends(60)]);
        await expect.poll(() => log.length, PATIENCE).toBe(2 * sent);
        const next = newBus();
        await next.start();
        buses = [other, next];
      }
      for (const bus of buses) await bus.stop();
      expect(log).toEqual(Array.from({ length: sent }, (_, index) => [`${index + 1} begins`, `${index + 1} is done`]).flat());
    },
    60_000,
  );
});
