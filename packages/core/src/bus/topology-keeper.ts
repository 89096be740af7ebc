import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { Topology } from '../transport/topology.ts';
import { buildTopology } from './build-topology.ts';
import type { BusOptions } from './bus-options.ts';
import type { BoundEndpoint } from './endpoint.ts';

type Provisioning = 'apply' | 'validate' | 'assume';

/** What a {@link TopologyKeeper} works with. */
export interface TopologyKeeperParts {
  readonly transport: IMessageTransport;
  readonly runtime: Runtime;
  /** How long declaring a topic before a publish may take, in milliseconds. */
  readonly limitMs: number;
}

/** Sees to it that the broker holds what the bus needs: at start, and before the first publish of an event that was not listed. */
export class TopologyKeeper {
  readonly #transport: IMessageTransport;
  readonly #parts: TopologyKeeperParts;
  readonly #provisioning: Provisioning;
  /** Topics that are there, or being declared. */
  readonly #topics = new Map<string, Promise<void> | true>();
  #givenUp = new AbortController();
  readonly topology: Topology;

  constructor(parts: TopologyKeeperParts, options: BusOptions, endpoints: readonly BoundEndpoint[]) {
    this.#parts = parts;
    this.#transport = parts.transport;
    this.#provisioning = options.provisioning ?? defaultProvisioning(parts.transport);
    this.topology = buildTopology(endpoints, options.publishes ?? [], options.namespace);
  }

  /** Provisions as told. @throws ConfigurationError `TOPOLOGY_DIFFERS` */
  async provision(): Promise<void> {
    this.#givenUp = new AbortController();
    this.#topics.clear();
    for (const { name } of this.topology.topics) this.#topics.set(name, true);
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

  /**
   * Makes sure that a topic is there before an event goes to it. Who asks while it is being declared waits for the same
   * answer; after a failure the next one tries again.
   * @throws MessageError `CONTRACT_NOT_DECLARED`; `SEND_REJECTED` when declaring it fails, takes too long, or `signal` aborts
   */
  declareTopic(topic: string, contract: Contract, signal: AbortSignal | undefined): MaybePromise<void> {
    const known = this.#topics.get(topic);
    if (known === true) return undefined;
    if (this.#provisioning !== 'apply') throw notListed(contract);
    const declaring = known ?? this.#declare(topic);
    this.#topics.set(topic, declaring);
    return unlessAborted(declaring, signal).catch((error: unknown) => {
      throw isBusError(error) ? error : notDeclared(contract, error);
    });
  }

  /** The bus stops: nobody waits for the broker any more. */
  giveUp(): void {
    this.#givenUp.abort();
  }

  async #declare(topic: string): Promise<void> {
    const { transport, runtime, limitMs } = this.#parts;
    try {
      const applying = transport.topology.apply(transport.topology.plan({ endpoints: [], topics: [{ name: topic }], subscriptions: [] }));
      if (!(await settlesInTime(applying, { limitMs, runtime, signal: this.#givenUp.signal })))
        throw new Error(this.#givenUp.signal.aborted ? 'the bus stopped' : `the transport did not answer within ${limitMs} ms`);
      await applying;
      this.#topics.set(topic, true);
    } catch (error) {
      this.#topics.delete(topic);
      throw error;
    }
  }
}

function notListed({ name }: Contract): MessageError {
  return new MessageError(
    'CONTRACT_NOT_DECLARED',
    `The event "${name}" is not listed. List it in \`createBus({ publishes })\`, or start with \`provisioning: 'apply'\`.`,
    { details: { contract: name } },
  );
}

function notDeclared({ name }: Contract, cause: unknown): MessageError {
  return new MessageError(
    'SEND_REJECTED',
    `"${name}" was not sent: its topic could not be declared. See \`cause\`; publish it again, or list it in \`createBus({ publishes })\`.`,
    { cause, details: { contract: name, outcome: 'rejected', retryable: true } },
  );
}

/** A transport that keeps nothing has nothing that could have been made before. */
function defaultProvisioning(transport: IMessageTransport): Provisioning {
  if (!transport.capabilities.durable) return 'apply';
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  return environment?.['NODE_ENV'] === 'production' ? 'validate' : 'apply';
}
