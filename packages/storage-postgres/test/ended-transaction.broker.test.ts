import { createBus, defineCommand, endpoint, handler, silentLogger, systemRuntime, type Bus } from '@waybill/core';
import { type IStore, storeClock } from '@waybill/core/persistence';
import { describeServer } from '@waybill/servers/vitest';
import { memory } from '@waybill/transport-memory';
import { drizzle as connect } from 'drizzle-orm/node-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import { describe, expect, it } from 'vitest';
import { Bench, entryOf, gate, outcomeOf } from './support/bench.ts';
import { type AnyWay, overDrizzle, overKysely, overPg } from './support/way.ts';

const Place = defineCommand<{ readonly late: string }>('ended.place');
const Noted = defineCommand<{ readonly secret: string }>('ended.noted');

const WAYS: readonly (readonly [string, AnyWay])[] = [
  ['pg', overPg],
  ['Drizzle', overDrizzle],
  ['Kysely', overKysely],
];

/** A bus that relays nothing, so that what is stored can be counted, and what it stands on. */
interface Shop extends AsyncDisposable {
  readonly bus: Bus;
  readonly pool: Pool;
  readonly store: IStore;
}

await describeServer('postgres', (server) => {
  describe.each(WAYS)('a transaction of %s that is not open', (name, way) => {
    let shops = 0;

    async function shop(place: (transaction: unknown, bus: Bus) => Promise<unknown>, max = 5): Promise<Shop> {
      const pool = new Pool({ connectionString: server.url, max });
      const store = way.store({ pool, acquireTimeout: '3s' });
      const handlers = [handler(Place, (_, context) => place(context.transaction, bus).then(() => undefined))];
      const bus: Bus = createBus({
        name: `ended-${name.toLowerCase()}-${(shops += 1)}`,
        transport: memory(),
        store,
        relay: false,
        logger: silentLogger,
        endpoints: [endpoint('orders', { handlers, recovery: { retries: 0 } })],
      });
      await bus.start();
      const close = async (): Promise<void> => {
        await bus.stop();
        await pool.end();
      };
      return { bus, pool, store, [Symbol.asyncDispose]: close };
    }

    const note = (bus: Bus, tx: unknown, begins?: Promise<unknown>): Promise<unknown> =>
      bus.transaction(tx as never, async (context) => {
        await begins;
        await context.send(Noted, { secret: 'of the body' });
      });
    const waiting = async ({ bus }: Shop): Promise<number> => (await bus.outbox.status()).waiting;

    it('is refused when it has ended, and nothing leaves', async () => {
      await using one = await shop(() => Promise.resolve());
      let tx: unknown;
      await one.store.transact(async (open) => (tx = open));
      const outcome = await outcomeOf(note(one.bus, tx));
      expect(outcome).toMatch(name === 'Kysely' ? /already committed/ : 'NO_TRANSACTION');
      expect(await waiting(one)).toBe(0);
    });

    it('is refused when its handler has failed meanwhile', async () => {
      const failed = gate();
      const late: Promise<unknown>[] = [];
      await using one = await shop(async (tx, bus) => {
        late.push(note(bus, tx, failed.opened));
        throw new Error('the handler fails beside it');
      });
      await one.bus.send(Place, { late: '' });
      await expect.poll(() => one.bus.endpoint('orders').inFlight).toBe(0);
      failed.open();
      expect(await Promise.all(late.map(outcomeOf))).toEqual(['ATTEMPT_ENDED']);
      expect(await waiting(one)).toBe(0);
    });

    it('is waited for when its handler has succeeded meanwhile', async () => {
      const succeeded = gate();
      const late: Promise<unknown>[] = [];
      await using one = await shop(async (tx, bus) => {
        late.push(note(bus, tx, succeeded.opened));
        setTimeout(succeeded.open, 20);
      });
      await one.bus.send(Place, { late: '' });
      await expect.poll(() => waiting(one)).toBe(1);
      expect(await Promise.all(late.map(outcomeOf))).toEqual(['done']);
    });

    it('tells no body where its statement fails', async () => {
      await using one = await shop(() => Promise.resolve());
      const failing = one.store.transact(async (tx) => {
        await way.sql(tx)`select 1 / 0`.catch(() => {});
        await note(one.bus, tx);
      });
      const error = await failing.catch((failure: unknown) => failure);
      for (let one = error; one instanceof Error; one = one.cause) expect(one.message).not.toContain('of the body');
      expect(error).toBeInstanceOf(Error);
    });
  });

  describe('what is no transaction', () => {
    it('of pg: a client without BEGIN, after COMMIT, after ROLLBACK, and a pool', async () => {
      await using bench = await Bench.open(server.url);
      const { store, pool } = bench;
      const add = (tx: unknown): Promise<string> => outcomeOf(store.outbox.add(tx as PoolClient, 'no-tx', [entryOf('lost')]));
      const client = await pool.connect();
      const outcomes = [await add(client), await add(pool)];
      await client.query('begin');
      outcomes.push(await add(client));
      await client.query('rollback');
      outcomes.push(await add(client));
      await client.query('begin');
      await client.query('commit');
      outcomes.push(await add(client));
      client.release();
      expect(outcomes).toEqual(['NO_TRANSACTION', 'NO_TRANSACTION', 'done', 'NO_TRANSACTION', 'NO_TRANSACTION']);
      expect(await bench.waiting('no-tx')).toBe(0);
    });

    it('of pg: not where BEGIN is still under way', async () => {
      await using bench = await Bench.open(server.url);
      const client = await bench.pool.connect();
      const begun = client.query('begin');
      await bench.store.outbox.add(client, 'begins', [entryOf('kept')]);
      await begun;
      await client.query('commit');
      client.release();
      expect(await bench.waiting('begins')).toBe(1);
    });

    it('of Drizzle and Kysely: the database itself', async () => {
      const pool = new Pool({ connectionString: server.url, max: 2 });
      const databases = [
        [overDrizzle, connect(pool)],
        [overKysely, new Kysely({ dialect: new PostgresDialect({ pool }) })],
      ] as const;
      for (const [way, db] of databases) {
        const store = way.store({ pool, acquireTimeout: '3s' });
        await store.open({ runtime: systemRuntime(), provisioning: 'apply' });
        expect(await outcomeOf(store.outbox.add(db, 'databases', [entryOf('lost')]))).toBe('NO_TRANSACTION');
        expect((await store.outbox.status({ scope: 'databases', now: storeClock })).waiting).toBe(0);
        await store.close();
      }
      await pool.end();
    });
  });

  it('what comes late to a connection of pg does not reach the transaction that has it now', async () => {
    await using bench = await Bench.open(server.url, {}, { max: 1 });
    const { store, pool } = bench;
    await pool.query('create table if not exists strange (name text)');
    let ended: PoolClient | undefined;
    await store.transact(async (tx) => void (ended = tx));
    const write = (by: PoolClient, name: string): Promise<unknown> => by.query('insert into strange values ($1)', [name]);
    await store.transact(async (tx) => {
      await write(tx, 'own');
      expect(await outcomeOf(write(ended as PoolClient, 'late'))).toBe('NO_TRANSACTION');
      const called = new Promise<unknown>((resolve) => (ended as PoolClient).query('select 1', resolve));
      expect(await called).toMatchObject({ code: 'NO_TRANSACTION' });
      const told = new Promise<unknown>((resolve) => (ended as PoolClient).query({ submit: () => {}, handleError: resolve } as never));
      expect(await told).toMatchObject({ code: 'NO_TRANSACTION' });
    });
    expect((await pool.query('select name from strange')).rows).toEqual([{ name: 'own' }]);
  });
});
