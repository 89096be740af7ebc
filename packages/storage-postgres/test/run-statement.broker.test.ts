import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemRuntime } from '@waybill/core';
import { TcpProxy } from '@waybill/fault-kit';
import { describeServer } from '@waybill/servers/vitest';
import { Pool } from 'pg';
import { expect, it } from 'vitest';
import { isConnectionLost } from '../src/postgres-errors.ts';
import type { PgConnection } from '../src/pg/pg-client.ts';
import { runStatement } from '../src/pg/run-statement.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;

const runtime = systemRuntime();
const MEGABYTE = 1_000_000;
const statement = { text: "select repeat('x', 1000) as text, number from generate_series(1, 1000) number where number > $1", values: [0] };

function oldMegabytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name }) => space_name === 'old_space');
  return old.reduce((sum, { space_used_size }) => sum + space_used_size, 0) / MEGABYTE;
}

await describeServer('postgres', (server) => {
  it.each(['nothing', 'the statement'])('keeps no row alive that nobody holds, with a limit of %s', async (limited) => {
    const pool = new Pool({ connectionString: server.url });
    const client: PgConnection = await pool.connect();
    const run = (): Promise<unknown> => runStatement(client, statement, limited === 'nothing' ? undefined : { limitMs: 10_000, runtime });
    await run();
    collect();
    const before = oldMegabytes();
    for (let time = 0; time < 50; time += 1) {
      await run();
      collect({ type: 'minor' });
    }
    expect(oldMegabytes() - before).toBeLessThan(10); // of 50
    client.release();
    await pool.end();
  });

  it('gives up on a connection that answers nothing, as one that is lost', async () => {
    await using proxy = await TcpProxy.open(server.url);
    const pool = new Pool({ connectionString: proxy.url });
    const client = await pool.connect();
    client.on('error', () => {});
    const fault = proxy.blackHole();
    const failure = await runStatement(client, statement, { limitMs: 50, runtime }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'The server gave no answer within 50 ms' });
    expect(isConnectionLost(failure)).toBe(true);
    expect(fault.hits).toBeGreaterThan(0);
    client.release(true);
    await pool.end();
  });

  it('is not limited by a pool that limits the statements of the application', async () => {
    const pool = new Pool({ connectionString: server.url, query_timeout: 100 });
    const client = await pool.connect();
    const slow = { text: 'select pg_sleep(0.3)' };
    expect((await runStatement(client, slow, { limitMs: 10_000, runtime })).rows).toHaveLength(1);
    await expect(runStatement(client, slow)).rejects.toThrow('Query read timeout');
    client.release(true);
    await pool.end();
  });

  it('tells why a statement could not be sent', async () => {
    const pool = new Pool({ connectionString: server.url });
    const client: PgConnection = await pool.connect();
    client.on('error', () => {});
    const detached = new Uint8Array(8);
    structuredClone(detached, { transfer: [detached.buffer] });
    const unsent = runStatement(client, { text: 'select $1::bytea', values: [detached] }, { limitMs: 10_000, runtime });
    await expect(unsent).rejects.toThrow('detached');
    client.release(true);
    await pool.end();
  });

  it('passes on what the server refuses', async () => {
    const pool = new Pool({ connectionString: server.url });
    const client = await pool.connect();
    await expect(runStatement(client, { text: 'select nothing' })).rejects.toMatchObject({ code: '42703' });
    expect((await runStatement(client, { text: 'select 1 as one' })).rows).toEqual([{ one: 1 }]);
    client.release();
    await pool.end();
  });
});
