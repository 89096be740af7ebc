import type { Command, ConsumeContext } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import { memory } from '@waybill/transport-memory';
import type { PoolClient } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { Bench, gate, outcomeOf } from './support/bench.ts';

interface Order {
  readonly orderId: string;
}
const Place: Command<Order> = defineCommand('orders.place');

type Body = (order: Order, context: ConsumeContext, tx: PoolClient) => Promise<unknown>;

await describeServer('postgres', (server) => {
  beforeAll(async () => {
    await using bench = await Bench.open(server.url);
    await bench.pool.query('create table placed (id text primary key, times int not null)');
  });

  const add = (tx: PoolClient, id: string): Promise<unknown> =>
    tx.query('insert into placed values ($1, 1) on conflict (id) do update set times = placed.times + 1', [id]);
  const timesOf = async ({ pool }: Bench, id: string): Promise<number> => {
    const { rows } = await pool.query<{ times: number }>('select times from placed where id = $1', [id]);
    return rows[0]?.times ?? 0;
  };

  /** A bus on the store of the bench, whose one handler does as told. */
  const start = async (
    bench: Bench,
    body: Body,
    given: { readonly timeout?: number; readonly recovery?: { readonly retries: number } } = {},
  ) => {
    const place = handler(Place, async (order, context) => {
      await body(order, context as ConsumeContext, context.transaction as PoolClient);
    });
    const orders = endpoint('orders', { handlers: [place], ...given });
    const bus = createBus({ name: 'shop', transport: memory(), store: bench.store, endpoints: [orders], logger: silentLogger });
    await bus.start();
    return bus;
  };

  describe('a unit of work on PostgreSQL', () => {
    it('is done once, however many copies of the message are handled at the same time', async () => {
      await using bench = await Bench.open(server.url);
      let calls = 0;
      await using bus = await start(bench, async ({ orderId }, _, tx) => {
        calls += 1;
        await add(tx, orderId);
        await tx.query('select pg_sleep(0.05)');
      });
      for (let copy = 0; copy < 8; copy += 1) await bus.send(Place, { orderId: 'copies' }, { messageId: 'copies' });
      await expect.poll(() => bus.endpoint('orders').inFlight, { timeout: 10_000 }).toBe(0);
      expect([await timesOf(bench, 'copies'), calls]).toEqual([1, 1]);
    });

    it('is run again, without counting, when its connection is killed', async () => {
      await using bench = await Bench.open(server.url);
      const attempts: number[] = [];
      await using bus = await start(bench, async ({ orderId }, { attempt }, tx) => {
        attempts.push(attempt);
        await add(tx, orderId);
        if (attempts.length < 3) await tx.query('select pg_terminate_backend(pg_backend_pid())');
      });
      await bus.send(Place, { orderId: 'killed' });
      await expect.poll(() => timesOf(bench, 'killed'), { timeout: 10_000 }).toBe(1);
      expect(attempts).toEqual([1, 1, 1]);
    });

    it('counts as failed when the server ends it because it takes too long: run again without end it would never be done', async () => {
      await using bench = await Bench.open(server.url, {}, { idle_in_transaction_session_timeout: 50 });
      const attempts: number[] = [];
      await using bus = await start(
        bench,
        async (_, { attempt }, tx) => {
          attempts.push(attempt);
          if (attempts.length < 3) await new Promise((resolve) => void tx.once('error', resolve));
        },
        { recovery: { retries: 2 } },
      );
      await bus.send(Place, { orderId: 'slow' });
      await expect.poll(() => attempts.length, { timeout: 10_000 }).toBe(3);
      expect(attempts).toEqual([1, 2, 3]);
    });

    it('is run again after a deadlock with another, and counts', async () => {
      await using bench = await Bench.open(server.url);
      const attempts: number[] = [];
      const [first, second] = [gate(), gate()];
      await using bus = await start(bench, async ({ orderId }, { attempt }, tx) => {
        attempts.push(attempt);
        const [own, other, mine, others] = orderId === 'a' ? ['dead a', 'dead b', first, second] : ['dead b', 'dead a', second, first];
        await add(tx, own as string);
        (mine as typeof first).open();
        await (others as typeof first).opened;
        await add(tx, other as string);
      });
      await Promise.all([bus.send(Place, { orderId: 'a' }), bus.send(Place, { orderId: 'b' })]);
      await expect.poll(() => timesOf(bench, 'dead a'), { timeout: 20_000 }).toBe(2);
      expect([await timesOf(bench, 'dead b'), attempts.toSorted((a, b) => a - b)]).toEqual([2, [1, 1, 2]]);
    });

    it('whose handler runs on after its time reaches no transaction of another', async () => {
      await using bench = await Bench.open(server.url, {}, { max: 1 });
      const [goOn, isOver] = [gate(), gate()];
      const late: string[] = [];
      await using bus = await start(
        bench,
        async ({ orderId }, _, tx) => {
          if (orderId === 'other') {
            await add(tx, 'other');
            goOn.open();
            await isOver.opened;
            return;
          }
          await goOn.opened;
          late.push(await outcomeOf(add(tx, 'late')));
          isOver.open();
        },
        { timeout: 500 },
      );
      await bus.send(Place, { orderId: 'slow' });
      await bus.send(Place, { orderId: 'other' });
      await expect.poll(() => late.length, { timeout: 10_000 }).toBe(1);
      await expect.poll(() => timesOf(bench, 'other'), { timeout: 10_000 }).toBe(1);
      expect([late[0] === 'done', await timesOf(bench, 'late')]).toEqual([false, 0]);
    });
  });
});
