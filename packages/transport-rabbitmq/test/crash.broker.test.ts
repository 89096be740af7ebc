import type { Bus } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import type { DeadLetter } from '@waybill/core/transport';
import { HEADERS, LOG_EVENTS, systemRuntime } from '@waybill/core/transport';
import { TcpProxy } from '@waybill/fault-kit';
import { describeServer } from '@waybill/servers/vitest';
import { connect } from 'amqplib';
import { expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';
import { Life } from './support/life.ts';

const Work = defineCommand<{ readonly n: number; readonly kills?: boolean }>('crash.work');
const POISON = 2;
const INNOCENTS = [0, 1, 3, 4];
/** `maxCrashes`, and what is needed to blame one: so many processes end in company, and alone. */
const [IN_COMPANY, ALONE] = [3, 3];
const PATIENCE = { timeout: 60_000, interval: 20 };
const LONGEST_MS = 180_000;
const count = (until: number): readonly number[] => Array.from({ length: until }, (_, n) => n);

await describeServer('rabbitmq', (server) => {
  const QUEUES = [{ queue: 'classic' }, { queue: 'quorum' }] as const;

  async function lettersOf(url: string, name: string): Promise<readonly DeadLetter[]> {
    const transport = rabbitmq({ url });
    await transport.open({ runtime: systemRuntime({ logger: silentLogger }), onState: () => undefined });
    const { letters } = await transport.deadLetters.list(name, { limit: 100 });
    await transport.close();
    return letters;
  }

  /** A bus that only sends, to an endpoint that is there. */
  async function sender(url: string, queue: 'classic' | 'quorum', name: string): Promise<Bus> {
    const declaring = createBus({
      name: 'declaring',
      transport: rabbitmq({ url, queue }),
      endpoints: [endpoint(name, { handlers: [handler(Work, () => undefined)] })],
      provisioning: 'apply',
      logger: silentLogger,
    });
    await declaring.start();
    await declaring.stop();
    const bus = createBus({ name: 'outside', transport: rabbitmq({ url, queue }), logger: silentLogger });
    await bus.start();
    return bus;
  }

  it.each(QUEUES)(
    'a message that kills its process is parked after three returns and three trials; its four neighbours and later messages are handled: $queue queues',
    async ({ queue }) => {
      const name = `${server.prefix}poison-${queue}`;
      await using outside = await sender(server.url, queue, name);
      for (const n of count(5)) await outside.send(Work, { n, kills: n === POISON }, { to: name });
      const lives: Life[] = [];
      const done = (): readonly number[] => lives.flatMap((life) => life.told('done'));
      const missing = (): readonly number[] =>
        [...INNOCENTS, ...count(lives.length).map((life) => 101 + life)].filter((n) => !done().includes(n));
      const isParked = async (): Promise<boolean> => missing().length === 0 && (await lettersOf(server.url, name)).length > 0;
      for (;;) {
        await using life = new Life(server.url, queue, name, '5', 'works');
        lives.push(life);
        await outside.send(Work, { n: 100 + lives.length }, { to: name });
        await expect.poll(async () => life.hasEnded || (await isParked()), PATIENCE).toBe(true);
        if (!life.hasEnded) break;
        expect(life.killedBy).toBe('SIGKILL');
        await life.ended();
      }
      for (const n of INNOCENTS) expect(done().filter((one) => one === n).length).toBeLessThanOrEqual(1 + IN_COMPANY);
      const last = lives.pop();
      expect(last?.told('begin')).not.toContain(POISON);
      expect(lives.map((life) => life.told('begin').filter((n) => n === POISON))).toEqual(lives.map(() => [POISON]));
      expect(lives).toHaveLength(IN_COMPANY + ALONE);
      expect(lives.slice(IN_COMPANY).map((life) => life.beside(POISON))).toEqual([[], [], []]);
      const [letter] = await lettersOf(server.url, name);
      expect(letter?.message.headers.get(HEADERS.reason)).toBe('crashed');
      expect(letter?.message.headers.get(HEADERS.error)).toMatch(/^PROCESS_CRASHED: /);
    },
    LONGEST_MS,
  );

  it.each(QUEUES)(
    'of fifty messages in the hands of a process that is killed all are handled as ever: $queue queues',
    async ({ queue }) => {
      const name = `${server.prefix}killed-${queue}`;
      await using outside = await sender(server.url, queue, name);
      for (const n of count(50)) await outside.send(Work, { n }, { to: name });
      await using first = new Life(server.url, queue, name, '50', 'hangs');
      await expect.poll(() => first.told('begin').length, PATIENCE).toBe(50);
      await first.kill();
      await using second = new Life(server.url, queue, name, '50', 'works');
      await expect.poll(() => second.told('done').length, PATIENCE).toBe(50);
      expect(second.told('done').toSorted((a, b) => a - b)).toEqual(count(50));
      expect(second.told('suspected')).toEqual([]);
      expect(await lettersOf(server.url, name)).toEqual([]);
    },
    LONGEST_MS,
  );

  it.each(QUEUES)(
    'fifty messages in hand when the connection is cut, four times: the process that lives suspects none: $queue queues',
    async ({ queue }) => {
      await using proxy = await TcpProxy.open(server.url);
      const name = `${server.prefix}lost-${queue}`;
      await using outside = await sender(server.url, queue, name);
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      const events: unknown[] = [];
      const begun: number[] = [];
      const done = new Set<number>();
      const work = handler(Work, async ({ n }) => {
        begun.push(n);
        await opened;
        done.add(n);
      });
      await using bus = createBus({
        name: 'living',
        transport: rabbitmq({ url: proxy.url, queue }),
        endpoints: [endpoint(name, { handlers: [work], concurrency: 5, prefetch: 50 })],
        logger: { ...silentLogger, info: ({ event }) => void events.push(event) },
      });
      await bus.start();
      for (const n of count(50)) await outside.send(Work, { n }, { to: name });
      const connection = await connect(server.url);
      const channel = await connection.createChannel();
      const areInHand = async (): Promise<boolean> => {
        const { consumerCount, messageCount } = await channel.checkQueue(name);
        return consumerCount === 1 && messageCount === 0;
      };
      for (const _cut of count(4)) {
        await expect.poll(areInHand, PATIENCE).toBe(true);
        const { accepted } = proxy;
        proxy.reset();
        await expect.poll(() => proxy.accepted > accepted && bus.isReady(), PATIENCE).toBe(true);
      }
      await expect.poll(areInHand, PATIENCE).toBe(true);
      await connection.close();
      expect(begun).toHaveLength(5);
      open();
      await expect.poll(() => done.size, PATIENCE).toBe(50);
      expect(events).not.toContain(LOG_EVENTS.messageSuspected);
      expect(await lettersOf(server.url, name)).toEqual([]);
    },
    LONGEST_MS,
  );
});
