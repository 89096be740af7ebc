import type { OwnNode } from './own-node.ts';
import type { PostgresNode } from './postgres/postgres-node.ts';
import { postgres } from './postgres/postgres.ts';
import type { RabbitmqNode } from './rabbitmq/rabbitmq-node.ts';
import { rabbitmq } from './rabbitmq/rabbitmq.ts';
import type { ServerKind } from './server-kind.ts';

/** All that there are, with what `startOwn` gives for each. A new one is a line here, and one below. */
interface OwnNodes {
  readonly rabbitmq: RabbitmqNode;
  readonly postgres: PostgresNode;
}

export const SERVER_KINDS: { readonly [Name in ServerName]: ServerKind<OwnNodes[Name]> } = { rabbitmq, postgres };

export type ServerName = keyof OwnNodes;

/** RabbitMQ's has `ctl` and alarms, another's has what is its own. */
export type OwnNodeOf<Name extends ServerName> = OwnNodes[Name] & OwnNode;

/** @throws Error where there is no such kind. */
export function serverKind(name: string): ServerKind {
  const kind = Object.values<ServerKind>(SERVER_KINDS).find((one) => one.name === name);
  if (kind === undefined) throw new Error(`There is no server "${name}". There are ${Object.keys(SERVER_KINDS).join(', ')}.`);
  return kind;
}
