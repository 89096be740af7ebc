import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { postgres } from '../src/index.ts';
import { describeServer } from '@waybill/servers/vitest';
import { memory } from '@waybill/transport-memory';
import { Pool } from 'pg';
import { expect, it } from 'vitest';

const Place = defineCommand<{ readonly id: string }>('left.place');

await describeServer('postgres', (server) => {
  it('a handler that outlives the stop of its bus keeps no connection: the pool can be ended, and its transaction is over', async () => {
    const pool = new Pool({ connectionString: server.url });
    let hasBegun = false;
    const place = handler(Place, () => {
      hasBegun = true;
      return new Promise(() => {});
    });
    const bus = createBus({
      name: 'left-handler',
      transport: memory(),
      store: postgres({ pool }),
      drainTimeout: '20ms',
      logger: silentLogger,
      endpoints: [endpoint('orders', { handlers: [place] })],
    });
    await bus.start();
    await bus.send(Place, { id: '1' });
    await expect.poll(() => hasBegun).toBe(true);
    await bus.stop();
    await pool.end();
    const admin = new Pool({ connectionString: server.url, max: 1 });
    const open = `select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;
    await expect.poll(async () => (await admin.query(open)).rowCount).toBe(0);
    await admin.end();
  });
});
