import type { EndpointTopology, PlannedEntity, Topology, TopologyPlan } from '@waybill/core/transport';

/** An endpoint as core describes it. */
export function endpointOf(name: string, overrides: Partial<EndpointTopology> = {}): EndpointTopology {
  return {
    name,
    deadLetter: `${name}.dead-letter`,
    skipped: `${name}.skipped`,
    ordered: false,
    redeliveryDelaysMs: [],
    options: undefined,
    ...overrides,
  };
}

/** A topology of what is given. */
export const topologyOf = (parts: Partial<Topology>): Topology => ({ endpoints: [], topics: [], subscriptions: [], ...parts });

/** One line per entity. */
export function linesOf({ entities }: TopologyPlan): readonly string[] {
  return entities.map((entity) => lineOf(entity));
}

function lineOf({ kind, name, settings }: PlannedEntity): string {
  if (kind === 'binding') return `${kind} ${name}`;
  const shown = Object.entries(settings).filter(([setting]) => setting !== 'durable');
  return [`${kind} ${name}`, ...shown.map(([setting, value]) => `${setting.replace('x-', '')}=${value}`)].join(' ');
}
