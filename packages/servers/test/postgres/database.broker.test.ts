import { expect, it } from 'vitest';

import { postgresVersion, withClient } from '../../src/postgres/session.ts';
import { describeServer } from '../../src/vitest/describe-server.ts';
import { askDesk } from '../../src/vitest/run-servers.ts';

interface Space {
  readonly id: string;
  readonly url: string;
}

await describeServer('postgres', (server) => {
  it('answers in its own protocol, with the version that the title names', async () => {
    expect(server.version).toMatch(/^\d+\.\d+/);
    await expect(postgresVersion(server.url)).resolves.toBe(server.version);
  });

  it('lends a database that holds nothing else', async () => {
    expect(server.prefix).toBe('');
    expect(new URL(server.url).pathname).toMatch(/^\/waybill-[0-9a-f]{8}-\d+-database$/);
    const tables = "select count(*)::int as count from information_schema.tables where table_schema = 'public'";
    const { rows } = await withClient(server.url, (client) => client.query(tables));
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('removes a database with all that is in it, also while somebody is connected', async () => {
    const { id, url } = await askDesk<Space>({ ask: 'make-space', server: 'postgres', label: 'removed' });
    await withClient(url, async (client) => {
      await client.query('create table orders (id int)');
      await askDesk({ ask: 'remove-space', id });
      await expect(client.query('select 1')).rejects.toThrow(/terminat|not queryable|ECONNRESET/);
    });
    await expect(postgresVersion(url)).rejects.toThrow(/does not exist/);
  });
});
