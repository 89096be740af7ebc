import { describeOwn } from '@waybill/servers/vitest';
import { expect, it, vi } from 'vitest';
import { Bench, entryOf, outcomeOf } from './support/bench.ts';

await describeOwn('postgres', (server) => {
  it('goes on after the server was killed and started again, with all that was committed', async () => {
    await using bench = await Bench.open(server.node.url, { acquireTimeout: '2s' });
    let told = 0;
    bench.store.outbox.onAdded('s', () => (told += 1));
    await vi.waitFor(() => expect(told).toBe(1), 10_000);
    await bench.add('s', entryOf('before'));
    await vi.waitFor(() => expect(told).toBe(2), 10_000); // the notice comes after the commit, and could be lost with the server
    await server.node.kill();
    expect(await outcomeOf(bench.add('s', entryOf('during')))).toBe('STORE_UNAVAILABLE');
    expect(await outcomeOf(bench.lease('s', 'r'))).toBe('STORE_UNAVAILABLE');
    await server.node.start();
    expect(server.node.faults.happened('kill')).toBe(1);
    await vi.waitFor(async () => expect(await outcomeOf(bench.add('s', entryOf('after')))).toBe('done'), 20_000);
    await vi.waitFor(() => expect(told).toBeGreaterThan(2), 20_000);
    await vi.waitFor(async () => {
      const { rows } = await bench.lease('s', 'r');
      expect(rows.map(({ entry }) => Buffer.from(entry.body).toString())).toEqual(['before', 'after']);
    }, 20_000);
  });

  it('gives up on a server that hangs, and goes on when it wakes', async () => {
    await using bench = await Bench.open(server.node.url, { acquireTimeout: '500ms' });
    await bench.store.transact((tx) => tx.query('select 1'));
    server.node.freeze();
    const stuck = bench.store.transact((tx) => tx.query('select 1'), { signal: AbortSignal.timeout(1_000) });
    const newcomer = bench.store.transact((tx) => tx.query('select 1'));
    expect(await outcomeOf(newcomer)).toBe('STORE_UNAVAILABLE');
    expect(await outcomeOf(stuck)).not.toBe('done');
    server.node.thaw();
    await vi.waitFor(async () => expect(await outcomeOf(bench.add('s', entryOf('awake')))).toBe('done'), 20_000);
  });
});
