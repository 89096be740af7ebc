import type {
  ITransportTopology,
  PlannedEntity,
  Topology,
  TopologyDifference,
  TopologyPlan,
  TopologyPruning,
} from '@waybill/core/transport';
import { ConfigurationError } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';
import { pruneMemory } from './prune-memory.ts';

/** The kind of an endpoint that goes with the transport that has applied it. */
export const TEMPORARY = 'temporary endpoint';

const LETTERS_SUFFIX = '.dead-letter';

/** Declares endpoints, topics and subscriptions at a memory broker; the names of those that are temporary go into `temporary`. */
export function memoryTopology(broker: BrokerState, temporary: Set<string>): ITransportTopology {
  const compare = (wanted: TopologyPlan): readonly TopologyDifference[] => wanted.entities.flatMap((entity) => differences(broker, entity));
  return {
    plan,
    compare: (wanted) => Promise.resolve(compare(wanted)),
    apply: async (wanted) => {
      const conflict = compare(wanted).find(({ kind }) => kind === 'different');
      if (conflict !== undefined) throw conflictError(conflict);
      for (const entity of wanted.entities) make(broker, entity, wanted.owner);
      for (const { kind, name } of wanted.entities) if (kind === TEMPORARY) temporary.add(name);
    },
    prune: (wanted, options): Promise<TopologyPruning> => Promise.resolve(pruneMemory(broker, wanted, options?.dryRun === true)),
  };
}

function plan(topology: Topology): TopologyPlan {
  const entities: PlannedEntity[] = [];
  for (const { name, skipped, ordered, temporary, deadLetter } of topology.endpoints) {
    const settings = temporary === true ? { ordered, letters: deadLetter.slice(0, -LETTERS_SUFFIX.length) } : { ordered };
    entities.push({ kind: temporary === true ? TEMPORARY : 'endpoint', name, settings });
    entities.push({ kind: 'skipped', name: skipped, settings: { ordered: false } });
  }
  for (const { name } of topology.topics) entities.push({ kind: 'topic', name, settings: {} });
  for (const { topic, endpoint } of topology.subscriptions)
    entities.push({ kind: 'subscription', name: `${topic} → ${endpoint}`, settings: { topic, endpoint } });
  return { entities, ...(topology.owner === undefined ? {} : { owner: topology.owner }) };
}

function differences(broker: BrokerState, entity: PlannedEntity): readonly TopologyDifference[] {
  const { kind, name, settings } = entity;
  const place = broker.places.get(name);
  if (kind === 'topic') return broker.topics.has(name) ? [] : [{ entity, kind: 'missing' }];
  if (kind === 'subscription') {
    const isThere = broker.topics.get(String(settings['topic']))?.has(String(settings['endpoint'])) ?? false;
    return isThere ? [] : [{ entity, kind: 'missing' }];
  }
  if (place === undefined) return [{ entity, kind: 'missing' }];
  const wanted = settings['ordered'] === true;
  return place.ordered === wanted
    ? []
    : [{ entity, kind: 'different', setting: 'ordered', wanted: String(wanted), actual: String(place.ordered) }];
}

function conflictError({ entity, setting, wanted, actual }: TopologyDifference): ConfigurationError {
  return new ConfigurationError(
    'TOPOLOGY_DIFFERS',
    `The ${entity.kind} "${entity.name}" is at the memory broker with \`${setting}: ${actual}\`; \`${setting}: ${wanted}\` is wanted. Nothing was changed. Give it another name, or the same setting.`,
    { details: { entity: entity.name, setting, wanted, actual } },
  );
}

function make(broker: BrokerState, { kind, name, settings }: PlannedEntity, owner: string | undefined): void {
  if (kind === 'topic') {
    if (!broker.topics.has(name)) broker.topics.set(name, new Set());
    return;
  }
  if (kind === 'subscription') {
    const topic = String(settings['topic']);
    broker.topics.set(topic, (broker.topics.get(topic) ?? new Set()).add(String(settings['endpoint'])));
  } else broker.declare(name, settings['ordered'] === true, kind === TEMPORARY ? String(settings['letters']) : name);
  if (owner !== undefined && kind !== TEMPORARY) broker.owners.set(name, owner);
}
