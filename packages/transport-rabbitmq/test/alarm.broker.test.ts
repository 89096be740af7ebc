import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError, silentLogger } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { TcpProxy } from '@waybill/fault-kit';
import { describeOwn } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';

const Work = defineCommand<{ readonly n: number }>('alarm.work');
const Seen = defineEvent<{ readonly n: number }>('alarm.seen');
const PATIENCE = { timeout: 20_000, interval: 25 };
const PUBLISH_TIMEOUT_MS = 2_000;
/** A busy machine wakes late those who wait. */
const LATE_MS = 3_000;
const BACKLOG = 200;

await describeOwn('rabbitmq', (server) => {
  it('while an alarm is on sends end in time, consumers go on, stop() ends; after it all goes on', async () => {
    await using proxy = await TcpProxy.open(server.node.url);
    const handled = new Set<number>();
    const newBus = (receives: boolean): Bus => {
      const work = handler(Work, ({ n }) => void handled.add(n));
      const seen = handler(Seen, () => undefined);
      const endpoints = [endpoint('alarm', { handlers: [work] }), endpoint('alarm-watch', { handlers: [seen] })];
      return createBus({
        name: 'alarm',
        transport: rabbitmq({ url: proxy.url }),
        provisioning: 'apply',
        publishTimeout: PUBLISH_TIMEOUT_MS,
        logger: silentLogger,
        ...(receives ? { endpoints } : {}),
      });
    };
    const [sender, receiver, leaver] = [newBus(false), newBus(true), newBus(true)];
    await Promise.all([sender.start(), receiver.start(), leaver.start()]);
    await Promise.all([receiver, leaver].map((bus) => bus.endpoint('alarm').pause()));
    for (let n = 0; n < BACKLOG; n += 1) await sender.send(Work, { n });
    await leaver.publish(Seen, { n: 1 });

    await server.node.setAlarm(true);
    expect(server.node.faults.happened('alarm')).toBe(1);
    const during = await Promise.all(Array.from({ length: 50 }, async (_, n) => endOf(sender.send(Work, { n: BACKLOG + n }))));
    expect(new Set(during.map(({ code }) => code))).toEqual(new Set(['SEND_OUTCOME_UNKNOWN']));
    expect(Math.max(...during.map(({ tookMs }) => tookMs))).toBeLessThan(PUBLISH_TIMEOUT_MS + LATE_MS);
    expect(sender.health().checks[1]).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('the broker takes no messages'),
    });
    expect(sender.isReady()).toBe(true);
    await receiver.endpoint('alarm').resume();
    await expect.poll(() => handled.size >= BACKLOG, PATIENCE).toBe(true);

    await endOf(leaver.publish(Seen, { n: 2 }));
    const begun = performance.now();
    await leaver.stop();
    expect(performance.now() - begun).toBeLessThan(4_000 + LATE_MS); // nothing runs there: `stopSlackMs` alone

    await server.node.setAlarm(false);
    await expect.poll(() => sender.health().status, PATIENCE).toBe('healthy');
    await sender.send(Work, { n: -1 });
    await expect.poll(() => handled.has(-1), PATIENCE).toBe(true);
    await Promise.all([sender.stop(), receiver.stop()]);
    await expect.poll(() => proxy.connections.length, PATIENCE).toBe(0);
  }, 90_000);

  it('stop() in the middle of everything, 20 times: in time, nothing lost, nothing left open', async () => {
    await using proxy = await TcpProxy.open(server.node.url);
    const handled = new Set<number>();
    const accepted = new Set<number>();
    const work = handler(Work, async ({ n }, context) => {
      if (n % 3 === 0) await context.publish(Seen, { n });
      handled.add(n);
    });
    const bus = createBus({
      name: 'alarm',
      transport: rabbitmq({ url: proxy.url }),
      provisioning: 'apply',
      drainTimeout: '5s',
      logger: silentLogger,
      endpoints: [endpoint('alarm', { handlers: [work] }), endpoint('alarm-watch', { handlers: [handler(Seen, () => undefined)] })],
    });
    let sent = 1_000;
    const sendOne = async (): Promise<void> => {
      sent += 1;
      const n = sent;
      if ((await endOf(bus.send(Work, { n }))).code === 'accepted') accepted.add(n);
    };
    for (let round = 0; round < 20; round += 1) {
      await bus.start();
      const sends = Array.from({ length: 100 }, () => sendOne());
      for (let turn = 0; turn < round; turn += 1) await Promise.race(sends.slice(turn));
      if (round % 5 === 4) proxy.reset();
      const begun = performance.now();
      await bus.stop();
      expect(performance.now() - begun).toBeLessThan(5_000 + 4_000 + LATE_MS);
      await Promise.all(sends);
      await expect.poll(() => proxy.connections.length, PATIENCE).toBe(0);
    }
    expect(proxy.faults.hits('reset')).toBeGreaterThan(0);
    await bus.start();
    await expect.poll(() => Array.from(accepted).filter((n) => !handled.has(n)), PATIENCE).toEqual([]);
    expect(accepted.size).toBeGreaterThan(100);
    await bus.stop();
  }, 90_000);
});

async function endOf(sending: Promise<void>): Promise<{ readonly code: string; readonly tookMs: number }> {
  const begun = performance.now();
  const code = await sending.then(
    () => 'accepted',
    (error: unknown) => {
      if (isBusError(error)) return error.code;
      throw error;
    },
  );
  return { code, tookMs: performance.now() - begun };
}
