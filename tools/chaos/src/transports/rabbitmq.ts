import { type OwnNodeOf, startOwn } from '@waybill/servers';
import { rabbitmq } from '@waybill/transport-rabbitmq';

import type { Random, Strike } from '../faults/chaos-fault.ts';
import type { ChaosBroker, ChaosTransport } from './transport.ts';

const USER = 'chaos';
/** What stands there is no work that is left. */
const DEAD_LETTERS = '.dead-letter';

export const rabbitmqChaos: ChaosTransport = {
  queues: ['quorum', 'classic'],
  connect: ({ url, queue, name }) =>
    rabbitmq({ url, queue: queue === 'classic' ? 'classic' : 'quorum', heartbeat: '2s', connectTimeout: '3s', connectionName: name }),
  startBroker: async (endpoints) => rabbitmqBroker(await startOwn('rabbitmq'), endpoints),
};

/** A node that was started by somebody for this run. */
export async function rabbitmqBroker(node: OwnNodeOf<'rabbitmq'>, endpoints: readonly string[]): Promise<ChaosBroker> {
  await node.addUser(USER, USER);
  await node.setRights(USER, ['declare', 'send', 'receive']);
  const url = new URL(node.url);
  url.username = url.password = USER;
  return {
    control: node,
    title: `RabbitMQ ${node.version}`,
    url: url.href,
    user: USER,
    faults: [{ kind: 'cancel-consumers', strike: (random) => cancelConsumers(node, endpoints, random) }],
    messages: async () => {
      const rows = (await node.ctl('--silent', 'list_queues', 'name', 'messages')).split('\n').map((row) => row.split('\t'));
      const counted = rows.filter(([name = '', messages]) => messages !== undefined && !name.endsWith(DEAD_LETTERS));
      return new Map(counted.map(([name = '', messages]) => [name, Number(messages)]));
    },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

/**
 * The broker ends all consumers of a queue and says so, as it does when a queue moves to another node; their connections stay. The channels
 * are told as if their clients had ended the consumers, and the clients as if the broker had.
 */
async function cancelConsumers(node: OwnNodeOf<'rabbitmq'>, queues: readonly string[], random: Random): Promise<Strike> {
  const queue = queues[Math.floor(random() * queues.length)] ?? '';
  const count = await node.ctl(
    'eval',
    `{ok, Queue} = rabbit_amqqueue:lookup({resource, <<"/">>, queue, <<"${queue}">>}),
     Consumers = rabbit_amqqueue:consumers(Queue),
     lists:foreach(fun(Consumer) ->
       Cancel = {'basic.cancel', element(2, Consumer), true},
       gen_server2:cast(element(1, Consumer), {method, Cancel, none, noflow}),
       rabbit_channel:send_command(element(1, Consumer), Cancel)
     end, Consumers),
     length(Consumers).`,
  );
  return { on: [], hit: Number(count) > 0 };
}
