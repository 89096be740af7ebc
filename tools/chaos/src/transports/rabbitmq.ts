import { type OwnNodeOf, startOwn } from '@waybill/servers';
import { rabbitmq } from '@waybill/transport-rabbitmq';

import type { ChaosBroker, ChaosTransport } from './transport.ts';

const USER = 'chaos';
/** What stands there is no work that is left. */
const DEAD_LETTERS = '.dead-letter';

export const rabbitmqChaos: ChaosTransport = {
  queues: ['quorum', 'classic'],
  connect: ({ url, queue, name }) =>
    rabbitmq({ url, queue: queue === 'classic' ? 'classic' : 'quorum', heartbeat: '2s', connectTimeout: '3s', connectionName: name }),
  startBroker: async () => rabbitmqBroker(await startOwn('rabbitmq')),
};

/** A node that was started by somebody for this run. */
export async function rabbitmqBroker(node: OwnNodeOf<'rabbitmq'>): Promise<ChaosBroker> {
  await node.addUser(USER, USER);
  await node.setRights(USER, ['declare', 'send', 'receive']);
  const url = new URL(node.url);
  url.username = url.password = USER;
  return {
    control: node,
    title: `RabbitMQ ${node.version}`,
    url: url.href,
    user: USER,
    messages: async () => {
      const rows = (await node.ctl('--silent', 'list_queues', 'name', 'messages')).split('\n').map((row) => row.split('\t'));
      const counted = rows.filter(([name = '', messages]) => messages !== undefined && !name.endsWith(DEAD_LETTERS));
      return new Map(counted.map(([name = '', messages]) => [name, Number(messages)]));
    },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}
