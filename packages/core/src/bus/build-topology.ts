import type { AnyEvent } from '../messages/contract.ts';
import { FAULT_TOPIC, topicOf } from '../messages/fault.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import { entityName } from '../routing/route-table.ts';
import type { EndpointTopology, SubscriptionTopology, Topology } from '../transport/topology.ts';
import type { BoundEndpoint, Endpoint } from './endpoint.ts';

/** What a topology is built for. */
export interface TopologyScope {
  readonly namespace: string | undefined;
  /** The bus whose it is, where it has a name. */
  readonly owner: string | undefined;
}

/** What a bus needs of its broker: what lasts, and what belongs to this one bus and goes with it. */
export interface BusTopologies {
  readonly lasting: Topology;
  /** `undefined` where no endpoint is temporary. */
  readonly temporary: Topology | undefined;
}

/** What the bus needs of its broker, computed from its endpoints and the events that it publishes. */
export function buildTopologies(endpoints: readonly BoundEndpoint[], publishes: readonly AnyEvent[], scope: TopologyScope): BusTopologies {
  const { namespace } = scope;
  const owner = scope.owner === undefined ? {} : { owner: scope.owner };
  const topics = new Set([...publishes.map(topicOf), ...endpoints.flatMap(eventTopics), ...(endpoints.length > 0 ? [FAULT_TOPIC] : [])]);
  const [lasting, temporary] = [endpoints.filter((one) => one.temporary !== true), endpoints.filter((one) => one.temporary === true)];
  const partOf = (own: readonly BoundEndpoint[]): Pick<Topology, 'endpoints' | 'subscriptions'> => ({
    endpoints: own.map((one) => endpointTopology(one, namespace)),
    subscriptions: own.flatMap((one) => subscriptionsOf(one, namespace)),
  });
  return {
    lasting: { ...partOf(lasting), topics: Array.from(topics, (name) => ({ name: entityName(namespace, name) })), ...owner },
    temporary: temporary.length === 0 ? undefined : { ...partOf(temporary), topics: [], addition: true, ...owner },
  };
}

function eventTopics({ handlers }: BoundEndpoint): readonly string[] {
  return handlers.filter(({ contract }) => contract.kind === 'event').map(({ contract }) => topicOf(contract));
}

function subscriptionsOf(one: BoundEndpoint, namespace: string | undefined): readonly SubscriptionTopology[] {
  const { name } = endpointTopology(one, namespace);
  return Array.from(new Set(eventTopics(one)), (topic) => ({ topic: entityName(namespace, topic), endpoint: name }));
}

/** What one endpoint needs of the broker. A temporary one is named after its bus, and shares the places of its dead letters. */
export function endpointTopology(one: Endpoint<string> & { readonly instance?: string }, namespace: string | undefined): EndpointTopology {
  const name = entityName(namespace, one.name);
  return {
    name: one.instance === undefined ? name : `${name}.${one.instance}`,
    deadLetter: `${name}.dead-letter`,
    skipped: `${name}.skipped`,
    ordered: one.ordered !== undefined && one.ordered !== false,
    redeliveryDelaysMs: resolveRecovery(one.recovery).redeliveryDelaysMs,
    ...(one.instance === undefined ? {} : { temporary: true }),
    options: one.transport,
  };
}
