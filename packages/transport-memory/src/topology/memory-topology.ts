import type { ITransportTopology, PlannedEntity, Topology, TopologyPlan } from '@waybill/core/transport';
import type { BrokerState } from '../broker-state.ts';

/** Declares endpoints, topics and subscriptions at a memory broker. */
export function memoryTopology(broker: BrokerState): ITransportTopology {
  return {
    plan,
    compare: (wanted) =>
      Promise.resolve(wanted.entities.filter((entity) => !exists(broker, entity)).map((entity) => ({ entity, kind: 'missing' as const }))),
    apply: (wanted) => {
      for (const entity of wanted.entities) make(broker, entity);
      return Promise.resolve();
    },
    prune: (wanted) => Promise.resolve(prune(broker, wanted)),
  };
}

function plan(topology: Topology): TopologyPlan {
  const entities: PlannedEntity[] = [];
  for (const { name, skipped, ordered } of topology.endpoints) {
    entities.push({ kind: 'endpoint', name, settings: { ordered } }, { kind: 'skipped', name: skipped, settings: { ordered: false } });
  }
  for (const { name } of topology.topics) entities.push({ kind: 'topic', name, settings: {} });
  for (const { topic, endpoint } of topology.subscriptions)
    entities.push({ kind: 'subscription', name: `${topic} → ${endpoint}`, settings: { topic, endpoint } });
  return { entities };
}

function exists(broker: BrokerState, { kind, name, settings }: PlannedEntity): boolean {
  if (kind === 'topic') return broker.topics.has(name);
  if (kind === 'subscription') return broker.topics.get(String(settings['topic']))?.has(String(settings['endpoint'])) ?? false;
  return broker.places.has(name);
}

function make(broker: BrokerState, { kind, name, settings }: PlannedEntity): void {
  if (kind === 'topic') {
    if (!broker.topics.has(name)) broker.topics.set(name, new Set());
  } else if (kind === 'subscription') {
    const topic = String(settings['topic']);
    broker.topics.set(topic, (broker.topics.get(topic) ?? new Set()).add(String(settings['endpoint'])));
  } else broker.declare(name, settings['ordered'] === true);
}

function prune(broker: BrokerState, wanted: TopologyPlan): readonly PlannedEntity[] {
  const removed: PlannedEntity[] = [];
  const kept = new Set(wanted.entities.map(({ kind, name }) => `${kind === 'skipped' ? 'endpoint' : kind} ${name}`));
  for (const [topic, endpoints] of broker.topics) {
    for (const endpoint of endpoints) {
      const name = `${topic} → ${endpoint}`;
      if (kept.has(`subscription ${name}`)) continue;
      endpoints.delete(endpoint);
      removed.push({ kind: 'subscription', name, settings: { topic, endpoint } });
    }
    if (!kept.has(`topic ${topic}`) && broker.topics.delete(topic)) removed.push({ kind: 'topic', name: topic, settings: {} });
  }
  for (const { name, ordered } of broker.places.values()) {
    if (!kept.has(`endpoint ${name}`) && broker.places.delete(name)) removed.push({ kind: 'endpoint', name, settings: { ordered } });
  }
  return removed;
}
