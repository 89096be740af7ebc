// One process of a service: `service-process.ts {"name": …}`. It does what it is told, line by line.
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { parentProcess } from '@waybill/fault-kit';
import { postgres } from '@waybill/storage-postgres';
import { rabbitmq } from '@waybill/transport-rabbitmq';
import { Pool, type PoolClient } from 'pg';

import { toldTransport } from '../../src/transports/told-transport.ts';
import type { ServiceCommand, ServiceOptions, ServiceWord } from './service.ts';

const { name, database, broker, relays, handles } = JSON.parse(process.argv[2] ?? '') as ServiceOptions;
const parent = parentProcess();
const say = (word: ServiceWord): void => void parent.tell(word);

const Job = defineCommand<{ readonly n: number }>(`${name}.job`);
const done = handler(Job, async (_job, { messageId, transaction }) => {
  await (transaction as PoolClient).query('insert into effect (service, id) values ($1, $2)', [name, messageId]);
});

const pool = new Pool({ connectionString: database, connectionTimeoutMillis: 3_000, query_timeout: 10_000 });
pool.on('error', () => {});
const store = postgres({ pool });
const history = { write: (fact: { readonly kind: string; readonly id?: string }) => say({ relayed: fact.id ?? '' }) };
const options = {
  name,
  store,
  transport: toldTransport(rabbitmq({ url: broker }), history),
  relay: relays ? { lease: '2s' } : false,
  endpoints: handles ? [endpoint(name, { handlers: [done], concurrency: 8 })] : [],
};
const bus = createBus(options);

/** Each message in a transaction of its own, with what the business writes. */
async function send(ids: readonly string[], key: string | undefined): Promise<void> {
  for (const id of ids) {
    try {
      await store.transact(async (client) => {
        await client.query('insert into sent (service, id) values ($1, $2)', [name, id]);
        await bus.transaction(client, (context) =>
          context.send(Job, { n: 1 }, { messageId: id, ...(key !== undefined && { partitionKey: key }) }),
        );
      });
      say({ sent: id });
    } catch (error) {
      say({ failed: id, code: (error as { readonly code?: string }).code ?? String(error) });
    }
  }
}

const stopListening = parent.listen((line) => {
  const command = line as ServiceCommand;
  if ('send' in command) void send(command.send, command.key);
  else
    void bus
      .stop()
      .then(stopListening)
      .then(() => pool.end());
});
await bus.start();
say({ up: true });
