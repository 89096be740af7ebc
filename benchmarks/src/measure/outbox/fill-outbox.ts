import type { TransactionContext } from '@waybill/core';
import { createBus } from '@waybill/core';
import { postgres } from '@waybill/storage-postgres';
import { memory } from '@waybill/transport-memory';
import { Pool } from 'pg';
import { grouped } from './side.ts';

/** Stores orders in the outbox of the service "bench", by a bus that relays nothing. */
export async function fillOutbox(
  orders: Iterable<object>,
  connectionString: string,
  send: (context: TransactionContext, order: object) => Promise<void>,
): Promise<void> {
  const pool = new Pool({ connectionString });
  const bus = createBus({ name: 'bench', transport: memory(), store: postgres({ pool }), relay: false });
  await bus.start();
  const client = await pool.connect();
  for (const group of grouped(orders)) {
    await client.query('begin');
    await bus.transaction(client, async (context) => {
      for (const order of group) await send(context, order);
    });
    await client.query('commit');
  }
  client.release();
  await bus.stop();
  await pool.end();
}
