import { storeClock } from '@waybill/core/persistence';
import { describeServer } from '@waybill/servers/vitest';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { Bench, entryOf } from './support/bench.ts';

await describeServer('postgres', (server) => {
  /** A database of the encoding, for one test. */
  async function databaseOf(encoding: string): Promise<{ readonly url: string; readonly [Symbol.asyncDispose]: () => Promise<void> }> {
    const admin = new Pool({ connectionString: server.url, max: 1 });
    const name = `${new URL(server.url).pathname.slice(1)}_${encoding.toLowerCase()}`;
    await admin.query(`create database "${name}" template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return {
      url: url.href,
      [Symbol.asyncDispose]: async () => {
        await admin.query(`drop database "${name}"`);
        await admin.end();
      },
    };
  }

  describe('the outbox in a database that is not UTF-8', () => {
    it.each(['LATIN1', 'EUC_JP', 'SQL_ASCII'])('gives rows back whatever the reason is: %s', async (encoding) => {
      await using database = await databaseOf(encoding);
      await using bench = await Bench.open(database.url);
      await bench.add('s', entryOf('one'), entryOf('two'), entryOf('three'));
      const { rows } = await bench.lease('s', 'r');
      const reasons = ['no room for 5 \u20ac', 'half a letter \ud83d', 'plain'];
      const failures = rows.map(({ sequence }, index) => ({ sequence, reason: reasons[index] ?? '', retryAfterMs: undefined }));
      expect(await bench.store.outbox.markFailed({ scope: 's', relay: 'r', now: storeClock }, failures)).toBe(3);
      const held = await bench.store.outbox.held({ scope: 's', limit: 5 });
      const isAny = encoding === 'SQL_ASCII'; // it takes all bytes
      expect(held.map(({ reason }) => reason)).toEqual([
        isAny ? reasons[0] : 'no room for 5 \\u{20ac}',
        isAny ? 'half a letter \ufffd' : 'half a letter \\u{fffd}',
        'plain',
      ]);
    });
  });
});
