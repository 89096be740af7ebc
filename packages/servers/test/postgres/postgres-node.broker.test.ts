import { expect, it } from 'vitest';

import { postgresVersion, withClient } from '../../src/postgres/session.ts';
import { describeOwn } from '../../src/vitest/describe-own.ts';

await describeOwn('postgres', (server) => {
  const run = (statement: string): Promise<readonly unknown[]> =>
    withClient(server.node.url, async (client) => (await client.query<Record<string, unknown>>(statement)).rows);

  it.each(['kill', 'fast', 'immediate'] as const)(
    'ends by %s, and comes back with what was committed, at the same address',
    async (end) => {
      const { node } = server;
      const { url } = node;
      await run(`create table ${end}_orders as select 1 as id`);
      await run(`create unlogged table ${end}_notes as select 1 as id`);
      await (end === 'kill' ? node.kill() : node.stop(end));
      expect(node.isRunning).toBe(false);
      expect(node.faults.happened(end === 'kill' ? 'kill' : 'stop')).toBeGreaterThan(0);
      await expect(postgresVersion(url)).rejects.toThrow(/ECONNREFUSED/);
      await node.start();
      expect(node.url).toBe(url);
      await expect(run(`select id from ${end}_orders`)).resolves.toEqual([{ id: 1 }]);
      const notes = end === 'fast' ? [{ id: 1 }] : []; // a server that has to recover empties what it did not log
      await expect(run(`select id from ${end}_notes`)).resolves.toEqual(notes);
    },
  );

  it('ends its backends with it by a kill, also one that hears nothing', async () => {
    const { node } = server;
    await withClient(node.url, async (client) => {
      const id = await backendOf(client);
      node.freezeBackend(id);
      await node.kill();
      await node.start().finally(() => endForGood(id)); // refused while any of them holds the memory of the one before
    });
    await expect(run('select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('does not answer while it is frozen', async () => {
    const { node } = server;
    await withClient(node.url, async (client) => {
      node.freeze();
      let isAnswered = false;
      const answer = client.query('select 1 as one').finally(() => (isAnswered = true));
      await expect(withinOneSecond(answer)).resolves.toBe('late');
      expect(isAnswered).toBe(false);
      node.thaw();
      await expect(answer).resolves.toMatchObject({ rows: [{ one: 1 }] });
    });
  });

  it('freezes one backend, which keeps its locks, while the others go on', async () => {
    const { node } = server;
    const frozen = node.faults.happened('freeze-backend');
    await run('create table locked (id int)');
    await withClient(node.url, async (holder) => {
      const id = await backendOf(holder);
      await holder.query('begin');
      await holder.query('lock table locked');
      node.freezeBackend(id);
      expect(node.faults.happened('freeze-backend')).toBe(frozen + 1);
      const answer = holder.query('select 1 as one');
      await expect(withinOneSecond(answer)).resolves.toBe('late');
      await expect(run("set lock_timeout = '300ms'; select * from locked")).rejects.toThrow(/lock timeout/);
      await expect(run('select 1 as one')).resolves.toEqual([{ one: 1 }]);
      node.thawBackend(id);
      await answer;
      await holder.query('rollback');
    });
    await expect(run('select * from locked')).resolves.toEqual([]);
  });

  it('ends the connections of all clients, and tells how many there were', async () => {
    const { node } = server;
    await withClient(node.url, async (client) => {
      await expect(node.closeConnections()).resolves.toBe(1);
      await expect(client.query('select 1')).rejects.toThrow(/terminat|not queryable|closed|ECONNRESET/i);
    });
    await expect(node.closeConnections()).resolves.toBe(0);
    await expect.poll(() => node.trouble()).toContain('terminating connection due to administrator command');
    expect(node.faults.hits('close-connections')).toBe(1);
    await expect(run('select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('loses every connection when one backend is killed, and recovers by itself', async () => {
    const { node } = server;
    await withClient(node.url, async (other) => {
      await withClient(node.url, async (client) => node.killBackend(await backendOf(client)));
      expect(node.faults.happened('kill-backend')).toBe(1);
      await expect(other.query('select pg_sleep(10)')).rejects.toThrow(/terminat|not queryable|closed|ECONNRESET/i);
    });
    await expect.poll(() => postgresVersion(node.url).catch(() => ''), { timeout: 20_000 }).toBe(node.version);
    node.killBackend(1);
    expect(node.faults.happened('kill-backend')).toBe(1);
  });
});

async function backendOf(client: { query(statement: string): Promise<{ rows: unknown[] }> }): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as id');
  return (rows[0] as { readonly id: number }).id;
}

/** Nobody else would end it, should it be there. */
function endForGood(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // it has ended
  }
}

async function withinOneSecond(answer: Promise<unknown>): Promise<unknown> {
  const late = new Promise((resolve) => AbortSignal.timeout(1_000).addEventListener('abort', () => resolve('late')));
  return Promise.race([answer, late]);
}
