import type { ITransportTopology, PlannedEntity, Runtime, Topology, TopologyDifference, TopologyPlan } from '@waybill/core/transport';
import { credentialsFor } from './connection/connect-to-cluster.ts';
import { openChannel } from './connection/open-channel.ts';
import type { AmqpConnection } from './rabbitmq-client.ts';
import type { RabbitmqSession } from './rabbitmq-session.ts';
import type { ResolvedRabbitmqOptions } from './rabbitmq-options.ts';
import type { BrokerListing } from './topology/broker-listing.ts';
import { managementListing } from './topology/management-listing.ts';
import { RabbitmqTopology } from './topology/rabbitmq-topology.ts';

/** The topology of one transport, and what was applied by it: after a lost connection it is applied again. */
export class Declarations implements ITransportTopology {
  readonly #options: ResolvedRabbitmqOptions;
  readonly #session: () => RabbitmqSession;
  readonly #topology: RabbitmqTopology;
  /** By kind and name. */
  readonly #applied = new Map<string, PlannedEntity>();

  constructor(options: ResolvedRabbitmqOptions, session: () => RabbitmqSession) {
    this.#options = options;
    this.#session = session;
    this.#topology = new RabbitmqTopology({
      settings: options,
      connection: {
        openChannel: () => session().openChannel(),
        get runtime() {
          return session().runtime;
        },
      },
      listing: listingOf(options),
    });
  }

  plan(topology: Topology): TopologyPlan {
    return this.#topology.plan(topology);
  }

  compare(plan: TopologyPlan): Promise<readonly TopologyDifference[]> {
    return this.#topology.compare(plan);
  }

  async apply(plan: TopologyPlan): Promise<void> {
    await this.#topology.apply(plan);
    for (const entity of plan.entities) this.#applied.set(`${entity.kind} ${entity.name}`, entity);
    this.#session().declared(plan);
  }

  prune(...parameters: Parameters<ITransportTopology['prune']>): ReturnType<ITransportTopology['prune']> {
    return this.#topology.prune(...parameters);
  }

  /** Applies again, on a connection that nobody else uses yet, what was applied before. */
  async restore(connection: AmqpConnection, runtime: Runtime): Promise<void> {
    if (this.#applied.size === 0) return;
    const topology = new RabbitmqTopology({
      settings: this.#options,
      connection: { openChannel: () => openChannel(connection, runtime), runtime },
    });
    await topology.apply({ entities: Array.from(this.#applied.values()) });
  }

  /** Removes the queues of temporary endpoints. Never rejects. */
  removeTemporary(): Promise<void> {
    return this.#topology.removeTemporary();
  }
}

/** What the broker holds, as far as somebody may be asked. */
function listingOf(options: ResolvedRabbitmqOptions): BrokerListing | undefined {
  const { management, addresses } = options;
  const [first] = addresses;
  if (management === undefined || first === undefined) return undefined;
  const { url, credentials } = management;
  return managementListing({ url, vhost: first.vhost, credentials: async () => credentials ?? credentialsFor(first, options) });
}
