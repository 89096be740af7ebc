import { systemRuntime } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { backgroundPoolOf } from '../src/pg/background-pool.ts';
import { PgBackground } from '../src/pg/pg-background.ts';
import type { PgPool } from '../src/pg/pg-client.ts';
import { Bench, outcomeOf } from './support/bench.ts';

await describeServer('postgres', (server) => {
  const LIMIT_MS = 200;
  const limited = (): Pool => new Pool({ connectionString: server.url, statement_timeout: LIMIT_MS });
  const backgroundOn = (open: () => PgPool): PgBackground => new PgBackground({ open, isOwn: true, mayPrepare: false }, systemRuntime());

  describe('a migration', () => {
    it('waits for that of another process for longer than a short statement may take', async () => {
      const backgroundPool = limited();
      await using bench = Bench.make(server.url, { schema: 'patient', backgroundPool });
      const other = await bench.pool.connect();
      await other.query('begin');
      await other.query(`select pg_advisory_xact_lock(hashtextextended('waybill.migrate.patient', 0))`);
      const opened = outcomeOf(bench.open());
      await other.query(`select pg_sleep(${(LIMIT_MS * 3) / 1_000})`);
      await other.query('commit');
      other.release();
      expect(await opened).toBe('done');
      await backgroundPool.end();
    });

    it('has its own limit on the server, and leaves that of the session alone', async () => {
      const background = backgroundOn(limited);
      const shown = 'show statement_timeout';
      expect(await background.transact((run) => run(shown, []))).toEqual([{ statement_timeout: '10min' }]);
      expect(await background.query(shown, [])).toEqual([{ statement_timeout: `${LIMIT_MS}ms` }]);
      await background.close();
    });

    it('is not available where the server ends a statement that takes too long, or waits too long for a lock', async () => {
      const background = backgroundOn(limited);
      expect(await outcomeOf(background.query('select pg_sleep(5)', []))).toBe('STORE_UNAVAILABLE');
      const within = (setting: string, text: string): Promise<string> =>
        outcomeOf(
          background.transact(async (run) => {
            await run(`set local ${setting} = 50`, []);
            return run(text, []);
          }),
        );
      expect(await within('statement_timeout', 'select pg_sleep(5)')).toBe('STORE_UNAVAILABLE');
      const pool = new Pool({ connectionString: server.url });
      const holder = await pool.connect();
      await holder.query('begin');
      await holder.query('select pg_advisory_xact_lock(7)');
      expect(await within('lock_timeout', 'select pg_advisory_xact_lock(7) is null')).toBe('STORE_UNAVAILABLE');
      await holder.query('rollback');
      holder.release();
      await pool.end();
      await background.close();
    });
  });

  describe('a database that is serializable by default', () => {
    const STRICT = '-c default_transaction_isolation=serializable';
    const SHOWN = `select current_setting('transaction_isolation') as isolation`;

    it('does not make the statements of a store so, which would fail where relays meet', async () => {
      const pool = new Pool({ connectionString: server.url, options: STRICT });
      expect((await pool.query(SHOWN)).rows).toEqual([{ isolation: 'serializable' }]);
      const background = backgroundOn(() => backgroundPoolOf(pool as PgPool, true));
      expect(await background.query(SHOWN, [])).toEqual([{ isolation: 'read committed' }]);
      expect(await background.query('show plan_cache_mode', [])).toEqual([{ plan_cache_mode: 'force_generic_plan' }]);
      await background.close();
      await pool.end();
    });

    it('lets a migration see what another has done while it waited', async () => {
      const background = backgroundOn(() => new Pool({ connectionString: server.url, options: STRICT }));
      expect(await background.transact((run) => run(SHOWN, []))).toEqual([{ isolation: 'read committed' }]);
      await background.close();
    });
  });
});
