import type { PlannedEntity } from '@waybill/core/transport';
import { OWNER_ARGUMENT } from './planned-entities.ts';
import type { BindingMark, DeclareExchangeOptions, DeclareQueueOptions, TopologyChannel } from './topology-channel.ts';

type Settings = PlannedEntity['settings'];

/**
 * A limit of deliveries that nobody reaches. Not none: a quorum queue without a limit puts what is released at its end, and
 * lanes and listings of dead letters would come out of order; with one it comes first again.
 */
const NEVER_REACHED = 1_000_000_000;

/** Declares an entity of a plan, which makes it where it is missing. */
export async function declareEntity(channel: TopologyChannel, entity: PlannedEntity): Promise<void> {
  const { kind, name, settings } = entity;
  if (kind === 'queue') await channel.assertQueue(name, queueOptions(settings));
  else if (kind === 'exchange') await channel.assertExchange(name, String(settings['type']), exchangeOptions(settings));
  else await bind(channel, settings, 'bind');
}

/** Asks whether a queue or an exchange is there; makes nothing. The broker answers no with 404. */
export async function checkEntity(channel: TopologyChannel, { kind, name }: PlannedEntity): Promise<void> {
  await (kind === 'queue' ? channel.checkQueue(name) : channel.checkExchange(name));
}

/** Adds or removes a binding. */
export async function bind(channel: TopologyChannel, settings: Settings, verb: 'bind' | 'unbind'): Promise<void> {
  const [source, destination, pattern] = [settings['source'], settings['destination'], settings['pattern']].map(String) as [
    string,
    string,
    string,
  ];
  const owner = settings[OWNER_ARGUMENT];
  const mark: BindingMark = owner === undefined ? {} : { [OWNER_ARGUMENT]: String(owner) };
  if (settings['destinationKind'] === 'queue') await channel[`${verb}Queue`](destination, source, pattern, mark);
  else await channel[`${verb}Exchange`](destination, source, pattern, mark);
}

/** The settings of a queue in the words of the broker. */
export function queueOptions(settings: Settings): DeclareQueueOptions {
  const { durable, autoDelete, exclusive, 'x-delivery-limit': limit, ...rest } = settings;
  return {
    durable: durable !== false,
    ...(autoDelete === undefined ? {} : { autoDelete: autoDelete === true }),
    ...(exclusive === undefined ? {} : { exclusive: exclusive === true }),
    arguments: limit === undefined ? rest : { ...rest, 'x-delivery-limit': limit === 'unlimited' ? NEVER_REACHED : limit },
  };
}

function exchangeOptions(settings: Settings): DeclareExchangeOptions {
  const { type: _type, durable, autoDelete, internal, 'alternate-exchange': alternate, ...rest } = settings;
  return {
    durable: durable !== false,
    ...(autoDelete === undefined ? {} : { autoDelete: autoDelete === true }),
    ...(internal === undefined ? {} : { internal: internal === true }),
    ...(alternate === undefined ? {} : { alternateExchange: String(alternate) }),
    arguments: rest,
  };
}
