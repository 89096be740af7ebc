import type { ServerKind } from '../server-kind.ts';
import { findBinaries } from './find-binaries.ts';
import { rabbitmqVersion } from './handshake.ts';
import { RabbitmqNode } from './rabbitmq-node.ts';
import { spacesOf } from './virtual-hosts.ts';

export const rabbitmq: ServerKind<RabbitmqNode> = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  standardUrl: 'amqp://guest:guest@127.0.0.1:5672',
  advice: 'apt-get install rabbitmq-server',
  probe: rabbitmqVersion,
  spacesOf,
  image: { name: 'rabbitmq:4-management', port: 5672, urlAt: (host, port) => `amqp://guest:guest@${host}:${port}` },
  native: {
    problem: async () => (findBinaries() === undefined ? 'rabbitmq-server is not installed' : undefined),
    start: (folder) => RabbitmqNode.start(folder),
  },
};
