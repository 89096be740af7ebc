import type { KeptEntity, PlannedEntity, TopologyPlan, TopologyPruning } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';

/** Removes the endpoints and subscriptions of the plan's owner that it does not hold and nobody uses; what is kept keeps its subscriptions. */
export function pruneMemory(broker: BrokerState, plan: TopologyPlan, dryRun: boolean): TopologyPruning {
  const planned = new Set(plan.entities.map(({ name }) => name));
  const isOrphan = (name: string): boolean => plan.owner !== undefined && broker.owners.get(name) === plan.owner && !planned.has(name);
  const kept: KeptEntity[] = [];
  const removed: PlannedEntity[] = [];
  for (const { name, ordered } of broker.places.values()) {
    if (!isOrphan(name)) continue;
    const entity: PlannedEntity = { kind: 'endpoint', name, settings: { ordered } };
    const reason = inUse(broker, name);
    if (reason === undefined) removed.push(entity);
    else kept.push({ entity, reason });
  }
  const staying = new Set(kept.map(({ entity }) => entity.name));
  const isTheirs = (endpoint: string): boolean => staying.has(endpoint) || broker.owners.get(endpoint) !== plan.owner;
  for (const [topic, endpoints] of broker.topics) {
    for (const endpoint of endpoints) {
      const name = `${topic} → ${endpoint}`;
      if (isOrphan(name) && !isTheirs(endpoint)) removed.push({ kind: 'subscription', name, settings: { topic, endpoint } });
    }
  }
  if (!dryRun) for (const entity of removed) remove(broker, entity);
  return { removed, kept };
}

function inUse(broker: BrokerState, name: string): string | undefined {
  const place = broker.places.get(name);
  const count = (place?.waiting ?? 0) + (place?.deadLetters.size ?? 0);
  if (count > 0) return `it holds ${count} ${count === 1 ? 'message' : 'messages'}`;
  return place?.hasTakers === true ? 'somebody reads from it' : undefined;
}

function remove(broker: BrokerState, { kind, name, settings }: PlannedEntity): void {
  broker.owners.delete(name);
  if (kind === 'endpoint') broker.remove(name);
  else broker.topics.get(String(settings['topic']))?.delete(String(settings['endpoint']));
}
