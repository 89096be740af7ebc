import { describeOwn } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';
import { Workload } from './support/workload.ts';

const PUBLISH_TIMEOUT_MS = 8_000;
/** A busy machine wakes late those who wait. */
const LATE_MS = 3_000;
const PATIENCE = { timeout: 60_000, interval: 50 };

await describeOwn('rabbitmq', (server) => {
  it('a restart and a kill under load lose nothing, and double only what was in doubt: classic and quorum queues', async () => {
    const { node } = server;
    const loads = (['classic', 'quorum'] as const).map(
      (queue) => new Workload({ name: queue, queue, url: node.url, publishTimeoutMs: PUBLISH_TIMEOUT_MS, senders: 30 }),
    );
    const connections = (): readonly unknown[] => loads.map(({ bus }) => bus.health().checks[1]?.status);
    const handleMore = async (): Promise<void> => {
      const wanted = loads.map(({ handled }) => handled.size + 500);
      await expect.poll(() => loads.every(({ handled }, at) => handled.size >= (wanted[at] as number)), PATIENCE).toBe(true);
    };
    for (const { bus } of loads) await bus.start();
    await node.flush();
    for (const load of loads) load.begin();
    for (const end of ['stop', 'kill'] as const) {
      await handleMore();
      expect(connections()).toEqual(['healthy', 'healthy']);
      for (const load of loads) load.cut();
      await node[end]();
      await expect.poll(connections, PATIENCE).not.toContain('healthy');
      for (const load of loads) load.mended(); // nobody is there yet, and so nobody lost anything since
      await node.start();
      await expect.poll(connections, PATIENCE).toEqual(['healthy', 'healthy']);
    }
    expect([node.faults.happened('stop'), node.faults.happened('kill')]).toEqual([1, 1]);
    await handleMore();
    for (const load of loads) {
      await load.end();
      await expect.poll(() => load.missing().length, PATIENCE).toBe(0);
      expect(load.doubled()).toEqual([]);
      expect(load.handledThoughRejected()).toEqual([]);
      expect(load.slowestMs).toBeLessThan(PUBLISH_TIMEOUT_MS + LATE_MS);
      await load.bus.stop();
    }
  }, 180_000);
});
