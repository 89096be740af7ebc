import type { ITransportTopology, Topology, TopologyDifference, TopologyPlan, TopologyPruning } from '@waybill/core/transport';
import { ConfigurationError } from '@waybill/core/transport';
import { inTime } from '../connection/in-time.ts';
import { applyTopology } from './apply-topology.ts';
import type { BrokerListing } from './broker-listing.ts';
import { compareTopology } from './compare-topology.ts';
import { withDeclaringChannel } from './declaring-channel.ts';
import type { PlanSettings } from './plan-topology.ts';
import { planTopology } from './plan-topology.ts';
import { pruneTopology } from './prune-topology.ts';
import type { TopologyConnection } from './topology-channel.ts';

/** How long a transport that closes waits for the broker to remove queues, in milliseconds. */
const REMOVE_MS = 2_000;

/** What the topology of a transport works with. */
export interface RabbitmqTopologyParts {
  readonly connection: TopologyConnection;
  readonly settings: PlanSettings;
  /** The management API, where its address was given. */
  readonly listing?: BrokerListing | undefined;
}

/** What RabbitMQ must hold: planned, compared, applied, pruned. */
export class RabbitmqTopology implements ITransportTopology {
  readonly #parts: RabbitmqTopologyParts;
  /** Queues of temporary endpoints that were applied here. */
  readonly #temporary = new Set<string>();

  constructor(parts: RabbitmqTopologyParts) {
    this.#parts = parts;
  }

  plan(topology: Topology): TopologyPlan {
    return planTopology(topology, this.#parts.settings);
  }

  async compare(plan: TopologyPlan): Promise<readonly TopologyDifference[]> {
    const { connection, listing } = this.#parts;
    return compareTopology(plan, connection, listing);
  }

  async apply(plan: TopologyPlan): Promise<void> {
    for (const { kind, name, settings } of plan.entities)
      if (kind === 'queue' && settings['x-expires'] !== undefined) this.#temporary.add(name);
    await applyTopology(plan, this.#parts.connection);
  }

  async prune(plan: TopologyPlan, { dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<TopologyPruning> {
    const { connection, listing } = this.#parts;
    if (listing === undefined) throw notListed();
    return withDeclaringChannel(connection, (channel) => pruneTopology({ plan, channel, listing, dryRun }));
  }

  /** Removes the queues of temporary endpoints, as the transport closes; what cannot be removed goes by itself after its time. Never rejects. */
  async removeTemporary(): Promise<void> {
    const names = Array.from(this.#temporary);
    this.#temporary.clear();
    if (names.length === 0) return;
    const { connection } = this.#parts;
    const removing = withDeclaringChannel(connection, async (channel) => {
      for (const name of names) await channel.run((open) => open.deleteQueue(name, { ifUnused: false, ifEmpty: false }));
    });
    await inTime(connection.runtime, 'the end of temporary queues', removing, REMOVE_MS).catch(() => undefined);
  }
}

function notListed(): ConfigurationError {
  return new ConfigurationError(
    'CAPABILITY_NOT_SUPPORTED',
    "`prune` must know what RabbitMQ holds, which only its management API lists. Give its address: `rabbitmq({ management: 'http://…:15672' })`.",
    { details: { operation: 'prune' } },
  );
}
