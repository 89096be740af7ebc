import type { EndpointTopology, PlannedEntity, SubscriptionTopology, Topology, TopologyPlan } from '@waybill/core/transport';
import { delayLadder } from './delay-ladder.ts';
import type { QueueType, RabbitmqEndpointOptions, ResolvedEndpointOptions } from './endpoint-options.ts';
import { resolveEndpointOptions } from './endpoint-options.ts';
import { DUE_EXCHANGE, ROUTE_EXCHANGE, entityName, laneQueue, lanesExchange, noLaneExchange } from './entity-names.ts';
import { OWNER_ARGUMENT, bindingEntity, exchangeEntity, queueEntity } from './planned-entities.ts';
import { SLOTS, placePattern, slotPattern } from './routing-keys.ts';

/** What a plan depends on beside the topology. */
export interface PlanSettings {
  /** The queues of endpoints that say nothing else. */
  readonly queue: QueueType;
  /** The priorities of classic queues that say nothing else. */
  readonly maxPriority?: number | undefined;
}

/**
 * What the broker must hold. Pure, and the same for each version of the broker: what depends on it is written as it is
 * meant (`x-delivery-limit: unlimited`), and put into the broker's words when it is declared.
 */
export function planTopology(topology: Topology, settings: PlanSettings): TopologyPlan {
  const owner = topology.owner === undefined ? {} : { [OWNER_ARGUMENT]: topology.owner };
  const ordered = new Set(topology.endpoints.filter((one) => one.ordered).map(({ name }) => name));
  const entities = [
    ...(topology.addition === true ? [] : [exchangeEntity(ROUTE_EXCHANGE, 'topic'), ...delayLadder()]),
    ...topology.endpoints.flatMap((one) => planEndpoint(one, settings, owner)),
    ...topology.topics.flatMap(({ name }) => planTopic(name)),
    ...topology.subscriptions.map((one) => planSubscription(one, ordered, owner)),
  ];
  return { entities: withoutRepetition(entities), ...(topology.owner === undefined ? {} : { owner: topology.owner }) };
}

/** The queues that a receiver of the endpoint reads. */
export function queuesOf(endpoint: EndpointTopology, settings: PlanSettings): readonly string[] {
  const own = entityName(endpoint.name);
  if (!endpoint.ordered) return [own];
  const { laneQueues } = optionsOf(endpoint, settings);
  return [own, ...Array.from({ length: laneQueues }, (_, index) => laneQueue(endpoint.name, index))];
}

/** The options of an endpoint, with the defaults of the transport. */
export function optionsOf({ options }: EndpointTopology, { queue, maxPriority }: PlanSettings): ResolvedEndpointOptions {
  const resolved = resolveEndpointOptions((options ?? {}) as RabbitmqEndpointOptions, queue);
  return resolved.queue === 'classic' ? { ...resolved, maxPriority: resolved.maxPriority ?? maxPriority } : resolved;
}

type Settings = PlannedEntity['settings'];

function planEndpoint(endpoint: EndpointTopology, settings: PlanSettings, owner: Settings): readonly PlannedEntity[] {
  const options = optionsOf(endpoint, settings);
  const aside = { ...typeSettings(options.queue), ...owner };
  return [
    queueEntity(endpoint.deadLetter, aside),
    queueEntity(endpoint.skipped, aside),
    queueEntity(endpoint.name, { ...queueSettings(endpoint, options), ...owner }),
    ...(endpoint.ordered ? planLanes(endpoint, options, owner) : []),
    ...[ROUTE_EXCHANGE, DUE_EXCHANGE].map((source) =>
      bindingEntity({ source, ...entranceOf(endpoint), pattern: placePattern({ kind: 'endpoint', name: endpoint.name }), owner }),
    ),
  ];
}

/** Where that which has a routing key of ours goes in: the queue, or the exchange that spreads over the lane queues. */
function entranceOf({
  name,
  ordered,
}: Pick<EndpointTopology, 'name' | 'ordered'>): { readonly queue: string } | { readonly exchange: string } {
  return ordered ? { exchange: lanesExchange(name) } : { queue: name };
}

function planLanes(endpoint: EndpointTopology, options: ResolvedEndpointOptions, owner: Settings): readonly PlannedEntity[] {
  const { name } = endpoint;
  const { laneQueues } = options;
  const lanes = lanesExchange(name);
  const noLane = noLaneExchange(name, laneQueues);
  const settings = { ...queueSettings(endpoint, options), ...owner };
  const entities = [
    exchangeEntity(noLane, 'fanout', owner),
    bindingEntity({ source: noLane, queue: name, pattern: '#', owner }),
    exchangeEntity(lanes, 'topic', { 'alternate-exchange': noLane, ...owner }),
    ...Array.from({ length: laneQueues }, (_, index) => queueEntity(laneQueue(name, index), settings)),
    ...Array.from({ length: SLOTS }, (_, slot) =>
      bindingEntity({ source: lanes, queue: laneQueue(name, slot % laneQueues), pattern: slotPattern(slot), owner }),
    ),
  ];
  return entities.map((one) => ({ ...one, group: `lanes of ${name}` }));
}

function queueSettings({ deadLetter, ordered, temporary }: EndpointTopology, options: ResolvedEndpointOptions): Settings {
  const type = temporary === true ? 'classic' : options.queue; // it belongs to one process: there is nothing to replicate
  return {
    ...typeSettings(type),
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': entityName(deadLetter),
    ...(type === 'quorum' ? { 'x-dead-letter-strategy': 'at-least-once' } : {}),
    ...(type === 'quorum' || isLimited(options) ? { 'x-overflow': 'reject-publish' } : {}),
    ...(ordered ? { 'x-single-active-consumer': true } : {}),
    ...limitSettings(options),
    ...(temporary === true ? { 'x-expires': options.expiresAfterMs } : {}),
  };
}

const isLimited = ({ maxLength, maxLengthBytes }: ResolvedEndpointOptions): boolean => (maxLength ?? maxLengthBytes) !== undefined;

function limitSettings({ maxPriority, timeToLiveMs, maxLength, maxLengthBytes }: ResolvedEndpointOptions): Settings {
  return {
    ...(maxPriority === undefined ? {} : { 'x-max-priority': maxPriority }),
    ...(timeToLiveMs === undefined ? {} : { 'x-message-ttl': timeToLiveMs }),
    ...(maxLength === undefined ? {} : { 'x-max-length': maxLength }),
    ...(maxLengthBytes === undefined ? {} : { 'x-max-length-bytes': maxLengthBytes }),
  };
}

/** Core counts attempts; a limit of the broker would take messages away behind its back, and dead letters that are only looked at. */
function typeSettings(queue: QueueType): Settings {
  return queue === 'quorum' ? { 'x-queue-type': queue, 'x-delivery-limit': 'unlimited' } : { 'x-queue-type': queue };
}

function planTopic(name: string): readonly PlannedEntity[] {
  return [
    exchangeEntity(name, 'topic'),
    bindingEntity({ source: DUE_EXCHANGE, exchange: name, pattern: placePattern({ kind: 'topic', name }) }),
  ];
}

function planSubscription({ topic, endpoint }: SubscriptionTopology, ordered: ReadonlySet<string>, owner: Settings): PlannedEntity {
  return bindingEntity({ source: topic, ...entranceOf({ name: endpoint, ordered: ordered.has(endpoint) }), pattern: '#', owner });
}

/** Temporary endpoints may share their dead letters. */
function withoutRepetition(entities: readonly PlannedEntity[]): readonly PlannedEntity[] {
  return Array.from(new Map(entities.map((one) => [`${one.kind} ${one.name}`, one])).values());
}
