import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { Topology } from '../transport/topology.ts';
import { buildTopology } from './build-topology.ts';
import type { BusOptions } from './bus-options.ts';
import type { BoundEndpoint } from './endpoint.ts';

type Provisioning = 'apply' | 'validate' | 'assume';

/** Sees to it that the broker holds what the bus needs: at start, and before the first publish of an event that was not listed. */
export class TopologyKeeper {
  readonly #transport: IMessageTransport;
  readonly #provisioning: Provisioning;
  readonly #topics = new Map<string, Promise<void> | true>();
  readonly topology: Topology;

  constructor(transport: IMessageTransport, options: BusOptions, endpoints: readonly BoundEndpoint[]) {
    this.#transport = transport;
    this.#provisioning = options.provisioning ?? defaultProvisioning(transport);
    this.topology = buildTopology(endpoints, options.publishes ?? [], options.namespace);
    for (const { name } of this.topology.topics) this.#topics.set(name, true);
  }

  /** Provisions as told. @throws ConfigurationError `TOPOLOGY_DIFFERS` */
  async provision(): Promise<void> {
    if (this.#provisioning === 'assume') return;
    const plan = this.#transport.topology.plan(this.topology);
    if (this.#provisioning === 'apply') {
      await this.#transport.topology.apply(plan);
      return;
    }
    const differences = await this.#transport.topology.compare(plan);
    if (differences.length === 0) return;
    const lines = differences.map(({ kind, entity, setting, wanted, actual }) =>
      kind === 'missing'
        ? `the ${entity.kind} "${entity.name}" is missing`
        : `the ${entity.kind} "${entity.name}" has ${setting} ${actual}, wanted ${wanted}`,
    );
    throw new ConfigurationError(
      'TOPOLOGY_DIFFERS',
      `The transport "${this.#transport.name}" holds something else than the bus needs: ${lines.join('; ')}. Start with \`provisioning: 'apply'\`, or make them equal.`,
      {
        details: { differences },
      },
    );
  }

  /** Makes sure that a topic is there before an event goes to it. */
  declareTopic(topic: string, contract: Contract): MaybePromise<void> {
    const known = this.#topics.get(topic);
    if (known === true) return undefined;
    if (known !== undefined) return known;
    if (this.#provisioning !== 'apply') {
      throw new MessageError(
        'CONTRACT_NOT_DECLARED',
        `The event "${contract.name}" is not listed. List it in \`createBus({ publishes })\`, or start with \`provisioning: 'apply'\`.`,
        {
          details: { contract: contract.name },
        },
      );
    }
    const declaring = this.#declare(topic);
    this.#topics.set(topic, declaring);
    return declaring;
  }

  async #declare(topic: string): Promise<void> {
    try {
      await this.#transport.topology.apply(this.#transport.topology.plan({ endpoints: [], topics: [{ name: topic }], subscriptions: [] }));
      this.#topics.set(topic, true);
    } catch (error) {
      this.#topics.delete(topic);
      throw error;
    }
  }
}

/** A transport that keeps nothing has nothing that could have been made before. */
function defaultProvisioning(transport: IMessageTransport): Provisioning {
  if (!transport.capabilities.durable) return 'apply';
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  return environment?.['NODE_ENV'] === 'production' ? 'validate' : 'apply';
}
