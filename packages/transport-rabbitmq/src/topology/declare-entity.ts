import type { PlannedEntity } from '@waybill/core/transport';
import { OWNER_ARGUMENT } from './planned-entities.ts';
import type { BindingMark, DeclareExchangeOptions, DeclareQueueOptions, TopologyChannel } from './topology-channel.ts';

type Settings = PlannedEntity['settings'];

/** The first version whose quorum queues have a limit of deliveries by default, and a way to have none. */
const LIMITED_SINCE = 4;

/** Declares an entity of a plan, which makes it where it is missing. */
export async function declareEntity(channel: TopologyChannel, entity: PlannedEntity, brokerVersion: string | undefined): Promise<void> {
  const { kind, name, settings } = entity;
  if (kind === 'queue') await channel.assertQueue(name, queueOptions(settings, brokerVersion));
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

/** The settings of a queue in the words of that version: what has no limit says so from 4.0 on, and says nothing before. */
export function queueOptions(settings: Settings, brokerVersion: string | undefined): DeclareQueueOptions {
  const { durable, autoDelete, exclusive, 'x-delivery-limit': limit, ...rest } = settings;
  const isLimited = Number.parseInt(brokerVersion ?? '', 10) >= LIMITED_SINCE;
  const unlimited = isLimited ? { 'x-delivery-limit': -1 } : {};
  return {
    durable: durable !== false,
    ...(autoDelete === undefined ? {} : { autoDelete: autoDelete === true }),
    ...(exclusive === undefined ? {} : { exclusive: exclusive === true }),
    arguments: { ...rest, ...(limit === 'unlimited' ? unlimited : limit === undefined ? {} : { 'x-delivery-limit': limit }) },
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
