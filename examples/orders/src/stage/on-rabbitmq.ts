import { systemRuntime, type Logger } from '@waybill/core';
import { borrowServer } from '@waybill/servers';
import { rabbitmq } from '@waybill/transport-rabbitmq';

import type { Ledger } from '../story/ledger.ts';
import { StoryClock } from '../story/story-clock.ts';
import type { Stage } from './stage.ts';

/** A real broker, in a virtual host that is removed at the end. Time is real: who waits for 30 s waits for 30 s. */
export async function onRabbitmq(logger: Logger, ledger: Ledger, url: string | undefined): Promise<Stage<'rabbitmq'>> {
  console.error('Looking for a RabbitMQ; one that has to be started takes 10 s ...');
  const { found, ...server } = await borrowServer('rabbitmq', 'orders', url === undefined ? {} : { url });
  console.error(`RabbitMQ ${found.version} at ${found.address}. Time is real here: the story takes 35 s.\n`);
  if (server.prefix !== '') console.error(`No virtual host could be made: queues stay there whose names begin with ${server.prefix}\n`);

  const runtime = systemRuntime({ logger });
  const clock = new StoryClock(runtime);
  return {
    transport: rabbitmq({ url: server.url, queue: 'classic' }),
    payments: rabbitmq.endpoint({ queue: 'quorum' }), // on several nodes, where there are: these are worth more than a receipt
    runtime,
    ...(server.prefix === '' ? {} : { namespace: server.prefix.slice(0, -1) }),
    observers: [clock.onEvent],
    now: () => clock.now(),
    pass: async (milliseconds) => {
      await ledger.quiet();
      clock.pass(milliseconds);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
