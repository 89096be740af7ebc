import type { Socket } from 'node:net';
import { createBus, defineCommand, endpoint, handler, silentLogger, systemRuntime } from '@waybill/core';
import { type IStore, storeClock } from '@waybill/core/persistence';
import { describeServer } from '@waybill/servers/vitest';
import { memory } from '@waybill/transport-memory';
import { Pool } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { entryOf, gate, outcomeOf } from './support/bench.ts';
import { type AnyWay, overDrizzle, overKysely } from './support/way.ts';

const MAPPERS: readonly (readonly [string, AnyWay])[] = [
  ['Drizzle', overDrizzle],
  ['Kysely', overKysely],
];

/** An open store on a pool of its own. */
interface Opened extends AsyncDisposable {
  readonly store: IStore;
  readonly pool: Pool;
}

await describeServer('postgres', (server) => {
  describe.each(MAPPERS)('transactions of %s', (name, { store: make, sql }) => {
    const scope = name.toLowerCase();
    const key = { scope, endpoint: 'e', handlerId: 'h', idempotencyKey: 'k' };

    async function opened(max = 5): Promise<Opened> {
      const pool = new Pool({ connectionString: server.url, max });
      const store = make({ pool, acquireTimeout: '500ms' });
      await store.open({ runtime: systemRuntime(), provisioning: 'apply' });
      await pool.query('create table if not exists orders (id text primary key)');
      const close = async (): Promise<void> => {
        await store.close();
        await pool.end();
      };
      return { store, pool, [Symbol.asyncDispose]: close };
    }

    const isStored = async (pool: Pool, id: string): Promise<boolean> =>
      (await pool.query('select from orders where id = $1', [`${scope} ${id}`])).rowCount === 1;

    it('hold what the application writes, the key, the response and the messages', async () => {
      await using bench = await opened();
      const { store, pool } = bench;
      const body = Uint8Array.from({ length: 256 }, (_, index) => index);
      await store.transact(async (tx) => {
        expect(await store.inbox.claim(tx, key, { now: storeClock })).toEqual({ status: 'new' });
        await sql(tx)`insert into orders values (${`${scope} done`})`;
        await store.inbox.keepResponse(tx, key, body);
        await store.outbox.add(tx, scope, [entryOf('first', { body }), entryOf('second', { partitionKey: '$1 ? {}' })]);
      });
      const again = await store.transact((tx) => store.inbox.claim(tx, key, { now: storeClock }));
      expect(Buffer.from((again.status === 'completed' && again.response) || []).equals(body)).toBe(true);
      expect(await isStored(pool, 'done')).toBe(true);
      const { rows } = await store.outbox.lease({
        scope,
        relay: 'r',
        now: storeClock,
        leaseMs: 1_000,
        limit: 9,
        maxBytes: 9_999,
        except: [],
        mayShrink: true,
      });
      expect(rows.map(({ entry }) => [entry.partitionKey, entry.headers.get('id'), entry.body.length])).toEqual([
        [undefined, 'first', 256],
        ['$1 ? {}', 'second', 6],
      ]);
    });

    it('pass errors on unchanged, and roll back', async () => {
      await using bench = await opened();
      const own = new Error('no');
      const failed = bench.store.transact(async (tx) => {
        await sql(tx)`insert into orders values (${`${scope} failed`})`;
        throw own;
      });
      await expect(failed).rejects.toBe(own);
      expect(await isStored(bench.pool, 'failed')).toBe(false);
    });

    it('are refused when a statement failed and its error was caught', async () => {
      await using bench = await opened();
      const swallowed = bench.store.transact(async (tx) => {
        await sql(tx)`insert into orders values (${`${scope} swallowed`})`;
        await sql(tx)`select 1 / 0`.catch(() => {});
      });
      expect(await outcomeOf(swallowed)).toBe('TRANSACTION_ROLLED_BACK');
      expect(await isStored(bench.pool, 'swallowed')).toBe(false);
    });

    it('are not available without a connection in time, and where theirs breaks', async () => {
      await using bench = await opened(1);
      const hold = gate();
      const first = bench.store.transact(() => hold.opened);
      expect(await outcomeOf(bench.store.transact(() => Promise.resolve()))).toBe('STORE_UNAVAILABLE');
      hold.open();
      await first;
      await vi.waitFor(() => expect(bench.pool.waitingCount).toBe(0), 5_000);
      await using other = await opened();
      const cut = bench.store.transact(async (tx) => {
        await sql(tx)`insert into orders values (${`${scope} cut`})`;
        const [row] = await sql(tx)`select pg_backend_pid() as pid`;
        await other.pool.query('select pg_terminate_backend($1)', [row?.['pid']]);
        await sql(tx)`select 1`;
      });
      expect(await outcomeOf(cut)).toBe('STORE_UNAVAILABLE');
      expect(await isStored(other.pool, 'cut')).toBe(false);
      await vi.waitFor(async () => expect(await outcomeOf(bench.store.transact((tx) => sql(tx)`select 1`))).toBe('done'), 5_000);
    });

    it('give the connection back on which none could begin', async () => {
      await using bench = await opened(1);
      bench.pool.once('acquire', (client) => (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy());
      expect(await outcomeOf(bench.store.transact(() => Promise.resolve()))).toBe('STORE_UNAVAILABLE');
      expect(await outcomeOf(bench.store.transact((tx) => sql(tx)`select 1`))).toBe('done');
    });

    it('give it back also where they had been given up before', async () => {
      await using bench = await opened(1);
      await bench.pool.query('select 1');
      const silent = new Promise<Socket>((resolve) => {
        bench.pool.once('acquire', (client) => {
          const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
          stream.pause(); // the answer to BEGIN does not come
          resolve(stream);
        });
      });
      expect(await outcomeOf(bench.store.transact(() => Promise.resolve()))).toBe('STORE_UNAVAILABLE');
      (await silent).destroy();
      await vi.waitFor(async () => expect(await outcomeOf(bench.store.transact((tx) => sql(tx)`select 1`))).toBe('done'), 5_000);
    });

    it('come to a conflict after a serialization failure, however deep the mapper has put it', async () => {
      await using bench = await opened();
      const conflicting = bench.store.transact(
        async (tx) => {
          const add = (one: unknown, what: string) =>
            sql(one)`insert into orders select ${`${scope} total ${what}`} || count(*) from orders where id like ${`${scope} total%`}`;
          await add(tx, '');
          await bench.store.transact((other) => add(other, 'other'), { isolation: 'serializable' });
        },
        { isolation: 'serializable' },
      );
      expect(await outcomeOf(conflicting)).toBe('TRANSACTION_CONFLICT');
    });

    it('are given up by their signal, and roll back when the work has ended', async () => {
      await using bench = await opened();
      const abort = new AbortController();
      const [begun, late] = [gate(), gate()];
      const aborted = bench.store.transact(
        async (tx) => {
          await sql(tx)`insert into orders values (${`${scope} aborted`})`;
          begun.open();
          await late.opened;
        },
        { signal: abort.signal },
      );
      const outcome = outcomeOf(aborted);
      await begun.opened;
      abort.abort(new Error('enough'));
      expect(await outcome).toBe('enough');
      late.open();
      await vi.waitFor(() => expect(bench.pool.idleCount).toBe(bench.pool.totalCount), 5_000);
      expect(await isStored(bench.pool, 'aborted')).toBe(false);
    });

    it("are nobody else's while a handler runs on after its time", async () => {
      await using bench = await opened(1);
      const [isLate, goOn, isOver] = [gate(), gate(), gate()];
      const insert = (tx: unknown, id: string): Promise<unknown> => sql(tx)`insert into orders values (${`${scope} ${id}`})`;
      const Place = defineCommand<{ readonly id: string }>('orders.place');
      const slow = handler(
        Place,
        async (_, context) => {
          if (context.signal.aborted || context.attempt > 1) return;
          context.signal.addEventListener('abort', () => isLate.open(), { once: true });
          const tx = context.transaction;
          await insert(tx, 'slow');
          await goOn.opened;
          await insert(tx, 'late').catch(() => undefined);
          isOver.open();
        },
        { timeout: 100 },
      );
      const orders = endpoint('orders', { handlers: [slow] });
      await using bus = createBus({ name: scope, transport: memory(), store: bench.store, endpoints: [orders], logger: silentLogger });
      await bus.start();
      await bus.send(Place, { id: 'slow' });
      await isLate.opened;
      const other = bench.store.transact(async (tx) => {
        await insert(tx, 'other');
        goOn.open();
        await isOver.opened;
      });
      expect(await outcomeOf(other)).toBe('STORE_UNAVAILABLE');
      await using elsewhere = await opened();
      await elsewhere.pool.query(`insert into orders values ('${scope} slow')`); // nothing is locked any more
      goOn.open();
      await isOver.opened;
      await vi.waitFor(() => expect(bench.pool.idleCount).toBe(bench.pool.totalCount), 5_000);
      expect([await isStored(bench.pool, 'other'), await isStored(bench.pool, 'late')]).toEqual([false, false]);
    });
  });
});
