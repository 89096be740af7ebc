import { TcpProxy } from '@waybill/fault-kit';
import { describeServer } from '@waybill/servers/vitest';
import { Pool, type PoolClient } from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Bench, entryOf, gate, outcomeOf } from './support/bench.ts';

await describeServer('postgres', (server) => {
  beforeAll(async () => {
    await using bench = await Bench.open(server.url);
    await bench.pool.query('create table orders (id text primary key)');
  });

  const insert = (tx: PoolClient, id: string): Promise<unknown> => tx.query('insert into orders values ($1)', [id]);
  const isStored = async ({ pool }: Bench, id: string): Promise<boolean> => {
    const { rows } = await pool.query('select from orders where id = $1', [id]);
    return rows.length === 1;
  };
  const pidOf = async (tx: PoolClient): Promise<number> =>
    (await tx.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;

  describe('a transaction on PostgreSQL', () => {
    it('commits what the handler wrote, the key and the messages together, or nothing', async () => {
      await using bench = await Bench.open(server.url);
      const unit = (id: string, end: () => void): Promise<string> =>
        bench.store.transact(async (tx) => {
          const status = await bench.claim(tx, 'atomic');
          await insert(tx, id);
          await bench.store.outbox.add(tx, 'atomic', [entryOf(id)]);
          end();
          return status;
        });
      const no = (): void => {
        throw new Error('no');
      };
      await expect(outcomeOf(unit('atomic 1', no))).resolves.toBe('no');
      await expect(isStored(bench, 'atomic 1')).resolves.toBe(false);
      await expect(bench.waiting('atomic')).resolves.toBe(0);
      await expect(unit('atomic 2', () => {})).resolves.toBe('new');
      await expect(unit('atomic 3', () => {})).resolves.toBe('completed');
      await expect(bench.waiting('atomic')).resolves.toBe(2);
    });

    it('says that it does not know when the answer to COMMIT is lost, and what was stored is found', async () => {
      await using proxy = await TcpProxy.open(server.url);
      await using bench = await Bench.open(server.url);
      await using behind = Bench.make(proxy.url, {}, { max: 1 });
      await behind.open();
      const before = new Set(proxy.connections);
      const work = behind.store.transact(async (tx) => {
        await insert(tx, 'unanswered');
        proxy.dropDown(proxy.connections.find((one) => !before.has(one)));
      });
      const outcome = outcomeOf(work);
      await vi.waitFor(async () => expect(await isStored(bench, 'unanswered')).toBe(true), 5_000);
      expect(proxy.reset()).toBeGreaterThan(0);
      await expect(outcome).resolves.toBe('TRANSACTION_OUTCOME_UNKNOWN');
      await expect(outcomeOf(behind.store.transact((tx) => insert(tx, 'afterwards')))).resolves.toBe('done');
    });

    it('is not available where its connection breaks before COMMIT, and nothing is stored', async () => {
      await using bench = await Bench.open(server.url);
      const cut = bench.store.transact(async (tx) => {
        await insert(tx, 'cut');
        await bench.pool.query('select pg_terminate_backend($1)', [await pidOf(tx)]);
        await tx.query('select 1').catch(() => {}); // the handler does not mind
      });
      await expect(outcomeOf(cut)).resolves.toBe('STORE_UNAVAILABLE');
      await expect(isStored(bench, 'cut')).resolves.toBe(false);
      await expect(outcomeOf(bench.store.transact((tx) => tx.query('select 1')))).resolves.toBe('done');
    });

    it('is not available where the server ends the connection under a statement, whatever the work makes of that', async () => {
      await using bench = await Bench.open(server.url);
      const ended = (fail: (error: unknown) => never): Promise<string> =>
        outcomeOf(
          bench.store.transact(async (tx) => {
            const pid = await pidOf(tx);
            const sleeping = tx.query('select pg_sleep(30)').catch(fail);
            await Promise.all([sleeping, bench.pool.query('select pg_terminate_backend($1)', [pid])]);
          }),
        );
      const passOn = (error: unknown): never => {
        throw error;
      };
      const replace = (): never => {
        throw new Error('the order cannot be placed');
      };
      await expect(Promise.all([ended(passOn), ended(replace)])).resolves.toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
    });

    it('passes errors on that come from elsewhere, also those that look like a lost connection', async () => {
      await using bench = await Bench.open(server.url);
      const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      const failed = bench.store.transact(() => Promise.reject(reset));
      await expect(failed).rejects.toBe(reset);
    });

    it('waits for a connection no longer than it may, and gives back one that comes too late', async () => {
      await using bench = await Bench.open(server.url, { acquireTimeout: '200ms' }, { max: 1 });
      const hold = gate();
      const first = bench.store.transact(() => hold.opened);
      await expect(outcomeOf(bench.store.transact(() => Promise.resolve()))).resolves.toBe('STORE_UNAVAILABLE');
      hold.open();
      await first;
      await vi.waitFor(() => expect([bench.pool.waitingCount, bench.pool.idleCount]).toEqual([0, 1]), 5_000);
      await expect(outcomeOf(bench.store.transact(() => Promise.resolve()))).resolves.toBe('done');
    });

    it('does not return a connection on which aborted work still runs', async () => {
      await using bench = await Bench.open(server.url, {}, { max: 1 });
      const abort = new AbortController();
      const [begun, late] = [gate(), gate()];
      let lateWrite: Promise<string> = Promise.resolve('');
      const aborted = bench.store.transact(
        async (tx) => {
          begun.open();
          await late.opened;
          lateWrite = outcomeOf(insert(tx, 'late'));
          await lateWrite;
        },
        { signal: abort.signal },
      );
      const outcome = outcomeOf(aborted);
      await begun.opened;
      abort.abort(new Error('enough'));
      await expect(outcome).resolves.toBe('enough');
      await bench.store.transact(async () => {
        late.open();
        await vi.waitFor(async () => expect(await lateWrite).not.toBe(''), 5_000);
      });
      await expect(lateWrite).resolves.not.toBe('done');
      await expect(isStored(bench, 'late')).resolves.toBe(false);
    });

    it('that failed leaves no statement behind that goes on, in no transaction, with what it had begun', async () => {
      await using bench = await Bench.open(server.url, {}, { max: 1 });
      const second: Promise<string>[] = [];
      const failed = bench.store.transact((tx) => {
        const first = tx.query("insert into orders select 'first' from pg_sleep(0.1)");
        second.push(
          outcomeOf(
            first.then(
              () => insert(tx, 'second'),
              () => insert(tx, 'second'),
            ),
          ),
        );
        return Promise.all([first, Promise.reject(new Error('no'))]);
      });
      expect(await outcomeOf(failed)).toBe('no');
      expect(await second[0]).not.toBe('done');
      expect([await isStored(bench, 'first'), await isStored(bench, 'second')]).toEqual([false, false]);
    });

    it('is refused when a statement failed and its error was caught, unless a savepoint stood before it', async () => {
      await using bench = await Bench.open(server.url);
      const swallowed = bench.store.transact(async (tx) => {
        await insert(tx, 'swallowed');
        await tx.query('select 1 / 0').catch(() => {});
      });
      await expect(outcomeOf(swallowed)).resolves.toBe('TRANSACTION_ROLLED_BACK');
      await expect(isStored(bench, 'swallowed')).resolves.toBe(false);
      const saved = bench.store.transact(async (tx) => {
        await insert(tx, 'saved');
        await tx.query('savepoint one');
        await tx.query('select 1 / 0').catch(() => {});
        await tx.query('rollback to savepoint one');
      });
      await expect(outcomeOf(saved)).resolves.toBe('done');
      await expect(isStored(bench, 'saved')).resolves.toBe(true);
    });

    it('outlives idle connections that are cut, and no listener of the application is needed', async () => {
      await using bench = await Bench.open(server.url);
      await using other = await Bench.open(server.url);
      await bench.store.transact((tx) => tx.query('select 1'));
      const { rowCount } = await other.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      expect(rowCount).toBeGreaterThan(0);
      await vi.waitFor(() => expect(bench.pool.totalCount).toBe(0), 5_000);
      await expect(outcomeOf(bench.store.transact((tx) => tx.query('select 1')))).resolves.toBe('done');
      await vi.waitFor(async () => expect(await outcomeOf(bench.waiting('idle'))).toBe('done'), 5_000);
    });
  });

  describe('inTransaction', () => {
    it('knows those of the store, and those that the application begins on the pool', async () => {
      await using bench = await Bench.open(server.url);
      const seen: boolean[] = [bench.store.inTransaction()];
      await bench.store.transact(async () => void seen.push(bench.store.inTransaction()));
      await (async (): Promise<void> => {
        const client = await bench.pool.connect();
        await client.query('begin');
        await client.query('select 1');
        seen.push(bench.store.inTransaction());
        await client.query({ text: 'COMMIT' });
        seen.push(bench.store.inTransaction());
        client.release();
      })();
      expect([...seen, bench.store.inTransaction()]).toEqual([false, true, true, false, false]);
    });

    it('touches no connection in production, and leaves none changed when the store closes', async () => {
      const pool = new Pool({ connectionString: server.url });
      const queryOf = async (): Promise<boolean> => {
        const client = await pool.connect();
        client.release();
        return Object.hasOwn(client, 'query');
      };
      const { postgres } = await import('../src/index.ts');
      const { systemRuntime } = await import('@waybill/core');
      const store = postgres({ pool });
      const found: boolean[] = [];
      for (const environment of ['production', 'development']) {
        vi.stubEnv('NODE_ENV', environment);
        await store.open({ runtime: systemRuntime(), provisioning: 'apply' });
        found.push(await queryOf());
        await store.close();
        vi.unstubAllEnvs();
      }
      expect(found).toEqual([false, true]);
      expect(await outcomeOf(pool.query('select 1'))).toBe('done');
      await pool.end();
    });
  });
});
