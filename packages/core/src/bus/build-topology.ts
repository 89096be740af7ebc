import type { AnyEvent } from '../messages/contract.ts';
import { FAULT_TOPIC, topicOf } from '../messages/fault.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import { entityName } from '../routing/route-table.ts';
import type { EndpointTopology, SubscriptionTopology, Topology } from '../transport/topology.ts';
import type { BoundEndpoint, Endpoint } from './endpoint.ts';

/** What the bus needs of its broker, computed from its endpoints and the events that it publishes. */
export function buildTopology(
  endpoints: readonly BoundEndpoint[],
  publishes: readonly AnyEvent[],
  namespace: string | undefined,
): Topology {
  const subscriptions: SubscriptionTopology[] = [];
  const topics = new Set(publishes.map((event) => entityName(namespace, topicOf(event))));
  if (endpoints.length > 0) topics.add(entityName(namespace, FAULT_TOPIC));
  for (const { name, handlers } of endpoints) {
    for (const event of new Set(handlers.filter(({ contract }) => contract.kind === 'event').map(({ contract }) => topicOf(contract)))) {
      const topic = entityName(namespace, event);
      topics.add(topic);
      subscriptions.push({ topic, endpoint: entityName(namespace, name) });
    }
  }
  return {
    endpoints: endpoints.map((one) => endpointTopology(one, namespace)),
    topics: Array.from(topics, (name) => ({ name })),
    subscriptions,
  };
}

/** What one endpoint needs of the broker. */
export function endpointTopology(one: Endpoint<string>, namespace: string | undefined): EndpointTopology {
  const name = entityName(namespace, one.name);
  return {
    name,
    deadLetter: `${name}.dead-letter`,
    skipped: `${name}.skipped`,
    ordered: one.ordered !== undefined && one.ordered !== false,
    redeliveryDelaysMs: resolveRecovery(one.recovery).redeliveryDelaysMs,
    options: one.transport,
  };
}
