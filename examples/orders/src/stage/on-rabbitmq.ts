import { systemRuntime, type Logger } from '@waybill/core';
import { borrowServer } from '@waybill/servers';
import { rabbitmq } from '@waybill/transport-rabbitmq';

import type { Database } from '../outside/database.ts';
import { memoryDatabase } from '../outside/memory-database.ts';
import type { Ledger } from '../story/ledger.ts';
import { StoryClock } from '../story/story-clock.ts';
import type { Stage, StageOptions } from './stage.ts';

/** A real broker, in a virtual host that is removed at the end. Time is real: who waits for 30 s waits for 30 s. */
export async function onRabbitmq({ url, ...options }: StageOptions, logger: Logger, ledger: Ledger): Promise<Stage<'rabbitmq'>> {
  await using opened = new AsyncDisposableStack();
  console.error('Looking for a RabbitMQ; one that has to be started takes 10 s ...');
  const server = opened.use(await borrowServer('rabbitmq', 'orders', url === undefined ? {} : { url }));
  const { found } = server;
  console.error(`RabbitMQ ${found.version} at ${found.address}. Time is real here: the story takes 35 s.\n`);
  if (server.prefix !== '') console.error(`No virtual host could be made: queues stay there whose names begin with ${server.prefix}\n`);

  const database = options.store === 'postgres' ? await onPostgres(opened, options.database) : memoryDatabase();
  const runtime = systemRuntime({ logger });
  const clock = new StoryClock(runtime);
  const disposal = opened.move();
  return {
    transport: rabbitmq({ url: server.url, queue: 'classic' }),
    payments: rabbitmq.endpoint({ queue: 'quorum' }), // on several nodes, where there are: these are worth more than a receipt
    runtime,
    database,
    ...(server.prefix === '' ? {} : { namespace: server.prefix.slice(0, -1) }),
    observers: [clock.onEvent],
    now: () => clock.now(),
    pass: async (milliseconds) => {
      await ledger.quiet();
      clock.pass(milliseconds);
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

/** A database of its own on a real server, removed at the end. */
async function onPostgres(opened: AsyncDisposableStack, url: string | undefined): Promise<Database> {
  console.error('Looking for a PostgreSQL ...');
  const server = opened.use(await borrowServer('postgres', 'orders', url === undefined ? {} : { url }));
  console.error(`PostgreSQL ${server.found.version} at ${server.found.address}.\n`);
  const { postgresDatabase } = await import('../outside/postgres-database.ts');
  return opened.use(await postgresDatabase(server.url));
}
