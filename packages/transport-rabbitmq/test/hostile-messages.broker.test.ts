import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import { connect } from 'amqplib';
import type { Options } from 'amqplib';
import { expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';

const Work = defineCommand<{ readonly n: number }>('hostile.work');
const PATIENCE = { timeout: 20_000, interval: 25 };
const NAME = { 'waybill-name': 'hostile.work', 'waybill-content-type': 'application/json' };
const LONG = 'x'.repeat(65_430);

/** Messages as any program that may write to the queue can send them. */
const HOSTILE: readonly { readonly what: string; readonly body?: string; readonly options: Options.Publish }[] = [
  { what: 'a prototype', options: { headers: { ...NAME, ['__proto__']: { isAdmin: true }, constructor: 'x', prototype: 'y' } } },
  { what: 'names of object members', options: { headers: { ...NAME, toString: 'x', hasOwnProperty: 'y', valueOf: 1 } } },
  { what: 'headers of 64 KiB', options: { headers: { ...NAME, long: LONG } } },
  { what: 'headers of 64 KiB, and a body that cannot be read', body: '{"n":', options: { headers: { ...NAME, long: LONG } } },
  { what: 'a body that cannot be read', body: '\u0000\u0001', options: { headers: NAME } },
  { what: 'a body with a prototype', body: '{"__proto__":{"n":1}}', options: { headers: NAME } },
  { what: 'no header at all', options: {} },
  {
    what: 'lists, tables and nothing as headers',
    options: { headers: { ...NAME, list: [1, [2]], table: { a: { b: 1 } }, nothing: null, time: { '!': 'timestamp', value: 1 } } },
  },
  {
    what: 'properties that are too long for us',
    options: { headers: NAME, messageId: 'm'.repeat(255), correlationId: 'c'.repeat(255), replyTo: 'r'.repeat(255), type: 't'.repeat(255) },
  },
  {
    what: 'a made-up history',
    options: {
      headers: { ...NAME, 'x-death': 'never', 'x-delivery-count': 'many', 'waybill-attempt': '-1e999', 'waybill-expires': 'tomorrow' },
    },
  },
  { what: 'a priority and a time that are out of range', options: { headers: NAME, priority: 255, timestamp: 9_007_199_254_740_991 } },
];

await describeServer('rabbitmq', (server) => {
  it.each([{ queue: 'classic' }, { queue: 'quorum' }] as const)(
    'hostile messages are handled or stand in the dead letters, each once; what comes behind them is handled: $queue queues',
    async ({ queue }) => {
      const name = `${server.prefix}hostile-${queue}`;
      const handled: number[] = [];
      const work = handler(Work, ({ n }, { headers }) => {
        expect((headers as unknown as { readonly isAdmin?: boolean }).isAdmin).toBeUndefined();
        handled.push(n);
      });
      const bus = createBus({
        name: 'hostile',
        transport: rabbitmq({ url: server.url, queue }),
        provisioning: 'apply',
        logger: silentLogger,
        endpoints: [endpoint(name, { handlers: [work], onUnknown: 'dead-letter', recovery: { retries: 0 } })],
      });
      await bus.start();
      const connection = await connect(server.url);
      const channel = await connection.createConfirmChannel();
      for (const [index, { body, options }] of HOSTILE.entries()) {
        channel.sendToQueue(name, Buffer.from(body ?? JSON.stringify({ n: index })), options);
        await channel.waitForConfirms();
      }
      await bus.send(Work, { n: 99 }, { to: name });
      await expect.poll(() => handled.includes(99), PATIENCE).toBe(true);
      await expect.poll(async () => handled.length + (await bus.deadLetters(name).count()), PATIENCE).toBe(HOSTILE.length + 1);
      await expect.poll(async () => (await channel.checkQueue(name)).messageCount).toBe(0);
      expect(new Set(handled).size).toBe(handled.length);
      for await (const { reason, headers } of bus.deadLetters(name).list()) {
        expect(reason).toMatch(/^(failed|unreadable|unknown|expired)$/);
        expect((headers as unknown as { readonly isAdmin?: boolean }).isAdmin).toBeUndefined();
      }
      expect(({} as { readonly isAdmin?: boolean }).isAdmin).toBeUndefined();
      const { outcomes } = await bus.deadLetters(name).discard(() => true);
      expect(outcomes.every(({ status }) => status === 'discarded')).toBe(true);
      await connection.close();
      await bus.stop();
    },
    60_000,
  );
});
