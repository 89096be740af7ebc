import { TcpProxy } from '@waybill/fault-kit';
import { describeServer } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';
import { Workload } from './support/workload.ts';

const PATIENCE = { timeout: 30_000, interval: 10 };
const PUBLISH_TIMEOUT_MS = 6_000;
const LATE_MS = 3_000;
const CUTS = 25;

await describeServer('rabbitmq', (server) => {
  it.each([{ queue: 'classic' }, { queue: 'quorum' }] as const)(
    'resets in the middle of frames, 25 of them, lose nothing and leave nothing hanging: $queue queues',
    async ({ queue }) => {
      await using proxy = await TcpProxy.open(server.url);
      const name = `${server.prefix}cut-${queue}`;
      const load = new Workload({ name, queue, url: proxy.url, publishTimeoutMs: PUBLISH_TIMEOUT_MS, senders: 10 });
      const { bus } = load;
      await bus.start();
      load.begin();
      for (let cut = 0; cut < CUTS; cut += 1) {
        const wanted = load.handled.size + 20;
        await expect.poll(() => load.handled.size >= wanted, PATIENCE).toBe(true);
        load.cut();
        const accepted = proxy.accepted;
        proxy.cutAfter(1 + ((cut * 7_919) % 20_000));
        await expect.poll(() => proxy.accepted > accepted, PATIENCE).toBe(true);
        load.mended();
      }
      load.cut(); // the last acks may have been on their way
      await load.end();
      await expect.poll(() => load.missing().length, PATIENCE).toBe(0);
      await expect.poll(() => bus.isReady(), PATIENCE).toBe(true);
      expect(proxy.faults.happened('cut')).toBe(CUTS);
      expect(proxy.faults.hits('cut')).toBeGreaterThanOrEqual(CUTS);
      expect(load.handledThoughRejected()).toEqual([]);
      expect(load.accepted.size).toBeGreaterThan(CUTS);
      expect(load.slowestMs).toBeLessThan(PUBLISH_TIMEOUT_MS + LATE_MS);
      await bus.stop();
      await expect.poll(() => proxy.connections.length).toBe(0);
    },
    90_000,
  );
});
