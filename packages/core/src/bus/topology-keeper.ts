import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isProduction } from '../runtime/is-production.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { EndpointTopology, TopologyDifference, TopologyPlan } from '../transport/topology.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { BusTopologies } from './build-topology.ts';
import { buildTopologies } from './build-topology.ts';
import type { AnyBusOptions } from './bus-options.ts';
import { entityName } from '../routing/route-table.ts';
import type { BoundEndpoint } from './endpoint.ts';

/** What a bus may do to its broker at start. */
export type Provisioning = 'apply' | 'validate' | 'assume';

/** What a {@link TopologyKeeper} works with. */
export interface TopologyKeeperParts {
  readonly transport: IMessageTransport;
  readonly runtime: Runtime;
  /** How long declaring a topic before a publish may take, in milliseconds. */
  readonly limitMs: number;
  /** Where the contracts in `sends` go, at endpoints of others. */
  readonly destinations: readonly ForeignDestination[];
}

/** An endpoint of another service, and a contract that this bus sends there. */
export interface ForeignDestination {
  readonly contract: string;
  /** Name of the endpoint, namespace included. */
  readonly endpoint: string;
}

/** Sees to it that the broker holds what the bus needs: at start, and before the first publish of an event that was not listed. */
export class TopologyKeeper {
  readonly #transport: IMessageTransport;
  readonly #parts: TopologyKeeperParts;
  readonly #provisioning: Provisioning;
  /** Topics that are there, or being declared. */
  readonly #topics = new Map<string, Promise<void> | true>();
  #givenUp = new AbortController();
  readonly #topologies: BusTopologies;

  constructor(parts: TopologyKeeperParts, options: AnyBusOptions, endpoints: readonly BoundEndpoint[]) {
    this.#parts = parts;
    this.#transport = parts.transport;
    this.#provisioning = options.provisioning ?? defaultProvisioning(parts.transport.capabilities);
    const owner = options.name === undefined ? undefined : entityName(options.namespace, options.name);
    this.#topologies = buildTopologies(endpoints, options.publishes ?? [], { namespace: options.namespace, owner });
  }

  get provisioning(): Provisioning {
    return this.#provisioning;
  }

  /** What `start()` would have the broker hold. Asks nobody. */
  plan(): TopologyPlan {
    const lasting = this.lastingPlan();
    const temporary = this.#temporaryPlan();
    return temporary === undefined ? lasting : { ...lasting, entities: [...lasting.entities, ...temporary.entities] };
  }

  /** The same without what belongs to this one bus and goes with it. */
  lastingPlan(): TopologyPlan {
    return this.#transport.topology.plan(this.#topologies.lasting);
  }

  #temporaryPlan(): TopologyPlan | undefined {
    const { temporary } = this.#topologies;
    return temporary === undefined ? undefined : this.#transport.topology.plan(temporary);
  }

  /** What stands against this bus at the broker: what `start()` would refuse or tell of. The transport must be open. */
  async problems(): Promise<readonly string[]> {
    const differences = await this.#transport.topology.compare(this.lastingPlan());
    const relevant = this.#provisioning === 'apply' ? differences.filter(({ kind }) => kind === 'different') : differences;
    return [
      ...relevant.map((one) => `At the transport "${this.#transport.name}" ${describeDifference(one)}. ${MAKE_EQUAL}`),
      ...(await this.#lost()),
    ];
  }

  /** Provisions as told, in bounded time. @throws ConfigurationError `TOPOLOGY_DIFFERS`, `TOPOLOGY_TIMEOUT` */
  async provision(): Promise<void> {
    this.#givenUp = new AbortController();
    const { runtime } = this.#parts;
    const provisioning = this.#provision();
    const inTime = await settlesInTime(provisioning, { limitMs: PROVISIONING_LIMIT_MS, runtime, signal: this.#givenUp.signal });
    if (!inTime) throw provisionedTooLate(this.#transport.name);
    await provisioning;
  }

  /** What belongs to this bus cannot be there before it: it is made whatever provisioning says. */
  async #provision(): Promise<void> {
    this.#topics.clear();
    for (const { name } of this.#topologies.lasting.topics) this.#topics.set(name, true);
    await this.#provisionLasting();
    const temporary = this.#temporaryPlan();
    if (temporary !== undefined) await this.#transport.topology.apply(temporary);
  }

  async #provisionLasting(): Promise<void> {
    if (this.#provisioning === 'assume') return;
    const plan = this.lastingPlan();
    if (this.#provisioning === 'apply') {
      await this.#transport.topology.apply(plan);
      await this.#tellOfLost();
      return;
    }
    const differences = await this.#transport.topology.compare(plan);
    const problems = await this.#lost();
    if (differences.length === 0 && problems.length === 0) return;
    const lines = [...(differences.length === 0 ? [] : [`${differences.map(describeDifference).join('; ')}. ${MAKE_EQUAL}`]), ...problems];
    throw new ConfigurationError(
      'TOPOLOGY_DIFFERS',
      `The transport "${this.#transport.name}" holds something else than the bus needs: ${lines.join(' ')}`,
      {
        details: { differences, problems },
      },
    );
  }

  /** Where messages of this bus would go and nothing is. */
  async #lost(): Promise<readonly string[]> {
    const { destinations } = this.#parts;
    if (destinations.length === 0) return [];
    const endpoints = Array.from(new Set(destinations.map(({ endpoint }) => endpoint)), (name) => foreignEndpoint(name));
    const differences = await this.#transport.topology.compare(
      this.#transport.topology.plan({ endpoints, topics: [], subscriptions: [], addition: true }),
    );
    const missing = new Set(differences.filter(({ kind }) => kind === 'missing').map(({ entity }) => entity.wanted ?? entity.name));
    return destinations
      .filter(({ endpoint }) => missing.has(endpoint))
      .map(({ contract, endpoint }) => `"${contract}" goes to the endpoint "${endpoint}", which does not exist. ${OWNER_FIRST}`);
  }

  /** Services that are new may start in any order: with `apply` it is no reason not to start. */
  async #tellOfLost(): Promise<void> {
    const { runtime } = this.#parts;
    try {
      for (const problem of await this.#lost())
        runtime.logger.warn({ event: LOG_EVENTS.destinationMissing, problem }, 'a destination does not exist');
    } catch (error) {
      runtime.logger.warn({ event: LOG_EVENTS.destinationMissing, error }, 'the destinations could not be looked up');
    }
  }

  /**
   * Makes sure that a topic is there before an event goes to it. Who asks while it is being declared waits for the same
   * answer; after a failure the next one tries again.
   * @throws MessageError `CONTRACT_NOT_DECLARED`; `SEND_REJECTED` when declaring it fails, takes too long, or `signal` aborts
   */
  declareTopic(topic: string, contract: Pick<Contract, 'name'>, signal: AbortSignal | undefined): MaybePromise<void> {
    const known = this.#topics.get(topic);
    if (known === true) return undefined;
    this.assertTopic(topic, contract);
    const declaring = known ?? this.#declare(topic);
    this.#topics.set(topic, declaring);
    return unlessAborted(declaring, signal).catch((error: unknown) => {
      throw isBusError(error) ? error : notDeclared(contract, error);
    });
  }

  /**
   * The same for an event of the outbox. A process that lists it has stored it, perhaps one of a later version than this: where nothing may be
   * declared it is taken to be there, and the transport tells where it is not.
   */
  declareStored(topic: string, contract: Pick<Contract, 'name'>, signal: AbortSignal | undefined): MaybePromise<void> {
    return this.#provisioning === 'apply' ? this.declareTopic(topic, contract, signal) : undefined;
  }

  /** @throws MessageError `CONTRACT_NOT_DECLARED` for a topic that is not there and must not be declared */
  assertTopic(topic: string, contract: Pick<Contract, 'name'>): void {
    if (this.#provisioning !== 'apply' && !this.#topics.has(topic)) throw notListed(contract);
  }

  /** The bus stops: nobody waits for the broker any more. */
  giveUp(): void {
    this.#givenUp.abort();
  }

  async #declare(topic: string): Promise<void> {
    const { transport, runtime, limitMs } = this.#parts;
    try {
      const applying = transport.topology.apply(
        transport.topology.plan({ endpoints: [], topics: [{ name: topic }], subscriptions: [], addition: true }),
      );
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

/** The longest that provisioning may take at start, in milliseconds. */
const PROVISIONING_LIMIT_MS = 60_000;

const MAKE_EQUAL = "Start with `provisioning: 'apply'`, or make them equal.";
const OWNER_FIRST = 'Start the service that owns it once, or mend the route.';

function describeDifference({ kind, entity, setting, wanted, actual }: TopologyDifference): string {
  return kind === 'missing'
    ? `the ${entity.kind} "${entity.name}" is missing`
    : `the ${entity.kind} "${entity.name}" has ${setting} ${actual}, wanted ${wanted}`;
}

/** An endpoint of which only the name is known. */
function foreignEndpoint(name: string): EndpointTopology {
  return {
    name,
    deadLetter: `${name}.dead-letter`,
    skipped: `${name}.skipped`,
    ordered: false,
    redeliveryDelaysMs: [],
    options: undefined,
  };
}

function provisionedTooLate(transport: string): ConfigurationError {
  return new ConfigurationError(
    'TOPOLOGY_TIMEOUT',
    `The transport "${transport}" has not provisioned within ${PROVISIONING_LIMIT_MS} ms. Look whether the broker is well, and start again.`,
    { details: { transport, operation: 'start', limitMs: PROVISIONING_LIMIT_MS } },
  );
}

function notListed({ name }: Pick<Contract, 'name'>): MessageError {
  return new MessageError(
    'CONTRACT_NOT_DECLARED',
    `The event "${name}" is not listed. List it in \`createBus({ publishes })\`, or start with \`provisioning: 'apply'\`.`,
    { details: { contract: name } },
  );
}

function notDeclared({ name }: Pick<Contract, 'name'>, cause: unknown): MessageError {
  return new MessageError(
    'SEND_REJECTED',
    `"${name}" was not sent: its topic could not be declared. See \`cause\`; publish it again, or list it in \`createBus({ publishes })\`.`,
    { cause, details: { contract: name, outcome: 'rejected', retryable: true } },
  );
}

/** A transport or store that keeps nothing has nothing that could have been made before. */
export function defaultProvisioning({ durable }: { readonly durable: boolean }): Provisioning {
  if (!durable) return 'apply';
  return isProduction() ? 'validate' : 'apply';
}
