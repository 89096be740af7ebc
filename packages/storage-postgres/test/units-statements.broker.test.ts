import { randomUUID } from 'node:crypto';
import type { Command, ConsumeContext } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import { memory } from '@waybill/transport-memory';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { gate } from './support/bench.ts';
import { type AnyWay, type RunSql, overDrizzle, overKysely, overPg } from './support/way.ts';

const Place: Command<{ readonly orderId: string }> = defineCommand('orders.place');

const OF_SERVER: readonly (readonly [string, object])[] = [
  ['statement_timeout', { statement_timeout: 200 }],
  ['lock_timeout', { options: '-c lock_timeout=200' }],
];
const ALL = [...OF_SERVER, ['query_timeout', { query_timeout: 200 }]] as const;

/** With their timeouts. Drizzle 0.45 keeps a connection on which BEGIN has met `query_timeout`: its pool cannot be ended. */
const WAYS: readonly (readonly [string, AnyWay, typeof OF_SERVER])[] = [
  ['pg', overPg, ALL],
  ['Drizzle', overDrizzle, OF_SERVER],
  ['Kysely', overKysely, ALL],
];

await describeServer('postgres', (server) => {
  describe.each(WAYS)('statements of the store itself that fail, over %s:', (_, way, timeouts) => {
    /** A bus whose one handler does as told, without retries, and then waits to be let go. */
    async function start(poolOptions: object, body: (sql: RunSql) => Promise<unknown> = async () => undefined) {
      const pool = new Pool({ connectionString: server.url, ...poolOptions });
      const attempts: number[] = [];
      const letGo = gate();
      let failures = 0;
      const place = handler(Place, async (_order, context) => {
        attempts.push(context.attempt);
        await body(way.sql((context as ConsumeContext).transaction));
        await letGo.opened;
      });
      const transport = memory();
      const bus = createBus({
        name: `shop-${randomUUID()}`,
        transport,
        store: way.store({ pool, acquireTimeout: '5s' }),
        endpoints: [endpoint('orders', { handlers: [place], concurrency: 2 })],
        logger: {
          ...silentLogger,
          warn: ({ event, endpoint: at }) => void (event === 'store.failed' && at === 'orders' && (failures += 1)),
        },
      });
      await bus.start();
      const letters = async (): Promise<number> => (await transport.deadLetters.list('orders', { limit: 10 })).letters.length;
      const storeFailed = (): Promise<void> => expect.poll(() => failures, { timeout: 5_000, interval: 20 }).toBeGreaterThan(0);
      const idle = (): Promise<void> => expect.poll(() => bus.endpoint('orders').inFlight, { timeout: 15_000, interval: 20 }).toBe(0);
      const close = async (): Promise<void> => {
        letGo.open();
        await bus.stop();
        await pool.end();
      };
      return { bus, pool, attempts, letGo, letters, storeFailed, idle, [Symbol.asyncDispose]: close };
    }

    it.each(timeouts)('a second copy that waits for the first for longer than `%s` is no dead letter', async (_name, poolOptions) => {
      await using bench = await start(poolOptions);
      for (let copy = 0; copy < 2; copy += 1) await bench.bus.send(Place, { orderId: 'a' }, { messageId: 'twice' });
      await bench.storeFailed();
      bench.letGo.open();
      await bench.idle();
      expect([bench.attempts, await bench.letters()]).toEqual([[1], 0]);
    });

    it.each([
      ['only reads', 'set default_transaction_read_only = on', 'set default_transaction_read_only = off'],
      ['has lost a table', 'alter table waybill.inbox rename to away', 'alter table waybill.away rename to inbox'],
    ])('a message that comes while the database %s is handled when that is mended', async (_name, harm, mend) => {
      await using bench = await start({ max: 1 });
      bench.letGo.open();
      await bench.pool.query(harm);
      await bench.bus.send(Place, { orderId: 'a' });
      try {
        await bench.storeFailed();
      } finally {
        await bench.pool.query(mend);
      }
      await bench.idle();
      expect([bench.attempts, await bench.letters()]).toEqual([[1], 0]);
    });

    it('a statement of the handler that failed, and whose error was swallowed, is the failure of the handler', async () => {
      await using bench = await start({}, (sql) => sql`select 1 / 0`.catch(() => undefined));
      bench.letGo.open();
      await bench.bus.send(Place, { orderId: 'a' });
      await expect.poll(bench.letters, { timeout: 10_000 }).toBe(1);
      expect(bench.attempts).toEqual([1]);
    });
  });
});
